# A short session of Debian's Atompub::Client, which signs each request with WSSE and answers a
# challenge with Basic. Called with the address of the service document, the title of a collection,
# a user name and a secret; prints the status of each step as JSON, and how the last one signed in.
use strict;
use warnings;

use Atompub::Client;
use JSON::PP;
use XML::Atom::Entry;

$XML::Atom::DefaultVersion = '1.0';
my ($service_uri, $title, $username, $secret) = @ARGV;
my %happened;

my $client = Atompub::Client->new;
$client->username($username);
$client->password($secret);

# Remember what became of a step; end where it failed.
sub step {
    my ($name, $done) = @_;
    my $response = $client->res;
    $happened{$name} = 0 + $response->code;
    ($happened{scheme}) = split ' ', $response->request->header('Authorization');
    return $done if $done;
    print encode_json(\%happened);
    exit;
}

sub new_entry {
    my $entry = XML::Atom::Entry->new;
    $entry->title(shift);
    $entry->content('<p>Hello</p>');
    return $entry;
}

my $service = step(service => $client->getService($service_uri));
my ($collection) = grep { $_->title eq $title } map { $_->collections } $service->workspaces;
my $uri = step(create => $client->createEntry($collection->href, new_entry('One')));
$client->cache->put($uri);
step(get => $client->getEntry($uri));
step(update => $client->updateEntry($uri, new_entry('Two')));
step(delete => $client->deleteEntry($uri));
print encode_json(\%happened);
