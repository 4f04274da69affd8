package rawhttp

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Client sends by net/http, as the SDK for Go does, so that figures are those
// that its users see. The bare connection costs the machine less, which leaves
// more of it to the servers and shows more of what differs between them: goals are set
// for that.
type Client struct {
	transport *http.Transport
	host      string
	head      *http.Request // the first request's, which all have
}

// NewClient makes a client of an address, with one connection.
func NewClient(address string) *Client {
	return &Client{transport: &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}, host: address}
}

// Close ends the connection.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Exchange sends a request made beforehand, and takes in the whole answer.
func (c *Client) Exchange(request []byte) error {
	end := bytes.Index(request, []byte("\r\n\r\n")) + 4
	if c.head == nil {
		head, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request[:end])))
		if err != nil {
			return fmt.Errorf("parse the request to send: %w", err)
		}
		c.head = head
	}
	out := &http.Request{
		Method: c.head.Method, URL: &url.URL{Scheme: "http", Host: c.host, Path: c.head.URL.Path}, Header: c.head.Header,
		Body: io.NopCloser(bytes.NewReader(request[end:])), ContentLength: int64(len(request) - end),
	}
	response, err := c.transport.RoundTrip(out)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 400))
		return fmt.Errorf("answered with status %d: %s", response.StatusCode, body)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
