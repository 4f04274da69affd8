// Package endpoint finds the Docker engine the way the docker command does, and
// makes the API client for it.
package endpoint

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/docker/go-connections/sockets"
	"github.com/moby/moby/client"
)

// Endpoint is where an engine listens.
type Endpoint struct {
	// Host is "unix:///path", "tcp://host:port", "ssh://user@host" or, on Windows,
	// "npipe:////./pipe/name".
	Host string
	// Context is the context of the docker command that says so; empty is none.
	Context string
	// CertPath is a directory with ca.pem, cert.pem and key.pem; empty is what
	// DOCKER_CERT_PATH says, if anything.
	CertPath string
}

// ContextPrefix stands before the name of a context where an address of an engine could be.
const ContextPrefix = "context:"

// Resolve gives the endpoint of host, which is an address or, as context:NAME, a context of
// the docker command. The empty host means what it means to that command: DOCKER_HOST, else
// the context of DOCKER_CONTEXT or of the configuration file, else the platform's default
// socket.
// Source: docs.docker.com, "Docker contexts" and "Environment variables".
func Resolve(host string) (Endpoint, error) {
	if host == "" {
		host = os.Getenv(client.EnvOverrideHost)
	}
	name, named := strings.CutPrefix(host, ContextPrefix)
	if host != "" && !named {
		return Endpoint{Host: withoutUser(host)}, nil
	}
	if !named {
		name = currentContext()
	}
	if name == "" || name == defaultContext {
		return Endpoint{Host: client.DefaultDockerHost}, nil
	}
	return readContext(name)
}

// withoutUser leaves out the name and the password of a user, which do nothing but with ssh: addresses are logged.
func withoutUser(host string) string {
	scheme, rest, _ := strings.Cut(host, "://")
	if scheme != "tcp" && scheme != "http" && scheme != "https" {
		return host
	}
	return scheme + "://" + rest[strings.LastIndex(rest, "@")+1:]
}

// Local says whether the engine is spoken to over a socket of this machine. A
// virtual machine may still lie behind it, as with Docker Desktop.
func (e Endpoint) Local() bool {
	u, err := url.Parse(e.Host)
	return err == nil && (u.Scheme == "unix" || u.Scheme == "npipe")
}

// Client is a client of the engine's API.
type Client struct {
	*client.Client
	// Behind ssh, where sessions are few, others are for requests that may take minutes, or for
	// ever.
	long, endless *client.Client
	posts         *http.Client
	ssh           *sessions // nil but behind ssh
}

// Close ends all connections.
func (c *Client) Close() error {
	if c.ssh != nil {
		c.ssh.close()
	}
	c.posts.CloseIdleConnections()
	return errors.Join(c.endless.Close(), c.long.Close(), c.Client.Close())
}

// Client makes a client, which connects when it is first used.
func (e Endpoint) Client() (*Client, error) {
	u, err := url.Parse(e.Host)
	var wrong *url.Error
	if errors.As(err, &wrong) {
		err = wrong.Err // without the address, which may have a password
	}
	if err != nil {
		return nil, fmt.Errorf("parse engine address: %w", err)
	}
	opts := []client.Opt{client.WithAPIVersionFromEnv()}
	switch u.Scheme {
	case "unix", "npipe":
	case "tcp", "http", "https":
		opts = append(opts, e.tls())
	case "ssh":
		cli, err := sshClient(e.Host, opts)
		if err != nil {
			return nil, fmt.Errorf("connect to engine by ssh: %w", err)
		}
		return cli, nil
	default:
		return nil, fmt.Errorf("engine address %q: want unix://, tcp:// or ssh://", e.Host[strings.LastIndex(e.Host, "@")+1:])
	}
	dial, err := dialer(e.Host)
	if err != nil {
		return nil, err
	}
	cli, err := client.New(append(opts, client.WithHost(e.Host), client.WithDialContext(closable(dial)))...)
	if err != nil {
		return nil, err
	}
	return &Client{Client: cli, long: cli, endless: cli, posts: poster(cli.Dialer(), 0)}, nil
}

// dialer connects as the client library does of its own accord.
func dialer(host string) (dial, error) {
	at, err := client.ParseHostURL(host)
	if err != nil {
		return nil, err
	}
	var transport http.Transport
	if err := sockets.ConfigureTransport(&transport, at.Scheme, at.Host); err != nil {
		return nil, err
	}
	return transport.DialContext, nil
}

func (e Endpoint) tls() client.Opt {
	if e.CertPath == "" {
		return client.WithTLSClientConfigFromEnv()
	}
	file := func(name string) string {
		path := e.CertPath + string(os.PathSeparator) + name
		if _, err := os.Stat(path); err != nil {
			return ""
		}
		return path
	}
	return client.WithTLSClientConfig(file("ca.pem"), file("cert.pem"), file("key.pem"))
}
