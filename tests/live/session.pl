# A session of Debian's Atompub::Client, as its documentation shows it. Called with the address of
# the service document, the title of a collection, a user name and a password; prints what happened
# as JSON. The client has a cache of its own: it sends what a 201 or a GET told it of ETag and
# Last-Modified with the next GET (If-None-Match) and PUT (If-Match and If-Unmodified-Since).
use strict;
use warnings;
use utf8;

use Atompub::Client;
use JSON::PP;
use XML::Atom::Category;
use XML::Atom::Entry;

$XML::Atom::DefaultVersion = '1.0';
my ($service_uri, $title, $username, $password) = @ARGV;
my %happened;

# By itself the client sends WSSE. Our 401 challenges with Basic, which its LWP then answers.
sub new_client {
    my $client = Atompub::Client->new;
    $client->username($username);
    $client->password($password);
    return $client;
}

# What the client did last, and what it makes of the answer.
sub told {
    my ($client, $returned) = @_;
    my ($req, $res) = ($client->req, $client->res);
    return {
        method   => $req->method,
        status   => 0 + $res->code,
        sent     => [grep { defined $res->request->header($_) }
                     qw(If-Match If-None-Match If-Modified-Since If-Unmodified-Since)],
        location => scalar $res->header('Location'),
        type     => scalar $res->header('Content-Type'),
        length   => length $res->content,
        done     => $returned ? JSON::PP::true : JSON::PP::false,
        error    => $returned ? undef : error_of($client),
    };
}

# The error of the client's last call, which ends in a line break.
sub error_of {
    my $error = shift->errstr;
    chomp $error;
    return $error;
}

sub new_entry {
    my ($title, @categories) = @_;
    my $entry = XML::Atom::Entry->new;
    $entry->title($title);
    $entry->content("<p>$title</p>");
    for my $term (@categories) {
        my $category = XML::Atom::Category->new;
        $category->term($term);
        $category->scheme('urn:x-test:people');
        $entry->add_category($category);
    }
    return $entry;
}

sub link_to {
    my ($thing, $rel) = @_;
    my ($found) = grep { $_->rel eq $rel } $thing->link;
    return $found ? $found->href : undef;
}

my $client = new_client();

# The service document, and in it the collection.
my $service = $client->getService($service_uri) or die $client->errstr;
my @collections = map { $_->collections } $service->workspaces;
$happened{collections} = [map { $_->title } @collections];
my ($collection) = grep { $_->title eq $title } @collections;
my $uri = $collection->href;
my ($media_uri) = map { $_->href } grep { $_->title eq 'Pictures' } @collections;
$happened{collection} = $uri;
$happened{accept} = [$collection->accepts];
$happened{categories} = [map { $_->term } map { $_->category } $collection->categories];

# Create, and read at once: the answer to the POST was complete.
my $edit_uri = $client->createEntry($uri, new_entry('Grüße', 'friends'), 'Erste Grüße');
$happened{create} = told($client, $edit_uri);
$happened{created_title} = $client->rc->title;
$happened{edit_link} = link_to($client->rc, 'edit');
my $entry = $client->getEntry($edit_uri);
$happened{read_after_create} = told($client, $entry);

# Edit what was read; the client's validators are those of the 201.
$entry->title('Zweite Grüße');
$happened{update} = told($client, $client->updateEntry($edit_uri, $entry));
$happened{updated_title} = $client->rc->title;

# That answer had no validators, so the next edit is unconditional; after a GET it is not.
$entry->title('Dritte Grüße');
$happened{update_again} = told($client, $client->updateEntry($edit_uri, $entry));
$entry = $client->getEntry($edit_uri);
$happened{read} = told($client, $entry);
$happened{read_title} = $entry->title;
$happened{read_again} = told($client, $client->getEntry($edit_uri));
$entry->title('Vierte Grüße');
$happened{update_after_read} = told($client, $client->updateEntry($edit_uri, $entry));

# Somebody else is faster.
$entry = $client->getEntry($edit_uri) or die $client->errstr;
my $request = HTTP::Request->new(PUT => $edit_uri);
$request->authorization_basic($username, $password);
$request->content_type('application/atom+xml;type=entry');
my $faster = new_entry('Schneller')->as_xml;
utf8::encode($faster) if utf8::is_utf8($faster);
$request->content($faster);
$happened{faster} = 0 + LWP::UserAgent->new->request($request)->code;
$entry->title('Zu spät');
$happened{update_too_late} = told($client, $client->updateEntry($edit_uri, $entry));

# The client itself refuses a category that a fixed list lacks.
my $refused = $client->createEntry($uri, new_entry('Fremd', 'strangers'));
$happened{refused_category} = $refused ? undef : error_of($client);

# More entries, and the collection page by page.
for my $number (1 .. 4) {
    $client->createEntry($uri, new_entry("No. $number"), "no $number") or die $client->errstr;
}
my $next = $uri;
while ($next) {
    my $feed = $client->getFeed($next) or die $client->errstr;
    push @{ $happened{pages} }, [map { $_->title } $feed->entries];
    $next = link_to($feed, 'next');
}

# Delete, and what is left.
$happened{delete} = told($client, $client->deleteEntry($edit_uri));
$happened{read_after_delete} = told($client, $client->getEntry($edit_uri));

# Media: made, read, replaced and deleted at the addresses that its entry names.
my $picture = "\x89PNG\r\n\x1a\n" . pack('C*', 0 .. 255) x 40;
my $larger = $picture . $picture;
$edit_uri = $client->createMedia($media_uri, \$picture, 'image/png', 'Mein Bild');
$happened{create_media} = told($client, $edit_uri);
my $link_entry = $client->rc;
my $edit_media_uri = link_to($link_entry, 'edit-media');
$happened{media_content} = { type => $link_entry->content->type };
my ($octets, $type) = $client->getMedia($edit_media_uri);
$happened{read_media} = told($client, defined $octets);
$happened{same_octets} = $octets eq $picture ? JSON::PP::true : JSON::PP::false;
$happened{media_type} = $type;
$happened{update_media} =
    told($client, $client->updateMedia($edit_media_uri, \$larger, 'image/png'));
($octets) = $client->getMedia($edit_media_uri);
$happened{updated_octets} = $octets eq $larger ? JSON::PP::true : JSON::PP::false;
$link_entry = $client->getEntry($edit_uri) or die $client->errstr;
$link_entry->title('Umbenannt');
$happened{update_link_entry} = told($client, $client->updateEntry($edit_uri, $link_entry));
$happened{link_entry_title} = $client->rc->title;
$happened{delete_media} = told($client, $client->deleteMedia($edit_media_uri));
$happened{entry_after_delete_media} = told($client, $client->getEntry($edit_uri));

# A wrong password.
my $stranger = new_client();
$stranger->password('wrong');
$happened{wrong_password} = told($stranger, $stranger->createEntry($uri, new_entry('Nein')));

print JSON::PP->new->canonical->pretty->encode(\%happened);
