// Package rawhttp sends HTTP requests that are made beforehand, over connections that do the least a
// client can do.
package rawhttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// answerTime bounds one exchange, so that a server that hangs ends the run.
const answerTime = 2 * time.Minute

// Connection is one kept-alive HTTP connection. It does the least a client can do,
// because client and server share the machine: it writes bytes made beforehand and
// looks at nothing of the answer but its status and length.
type Connection struct {
	net  net.Conn
	in   *bufio.Reader
	body []byte
}

// Connect opens a connection to an address.
func Connect(ctx context.Context, address string) (*Connection, error) {
	var dialer net.Dialer
	c, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &Connection{net: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *Connection) Close() { _ = c.net.Close() }

// Exchange sends a request and discards the body of its answer.
func (c *Connection) Exchange(request []byte) error {
	status, length, err := c.send(request, nil)
	if err != nil {
		return err
	}
	if status != 200 {
		body := make([]byte, min(length, 400))
		_, _ = io.ReadFull(c.in, body)
		return fmt.Errorf("answered with status %d: %s", status, body)
	}
	_, err = c.in.Discard(length)
	return err
}

// Fetch sends a request and returns header lines and body, which are good until the
// next call.
func (c *Connection) Fetch(request []byte) (header map[string]string, body []byte, err error) {
	header = map[string]string{}
	status, length, err := c.send(request, header)
	if err != nil {
		return nil, nil, err
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	body = c.body[:length]
	if _, err := io.ReadFull(c.in, body); err != nil {
		return nil, nil, err
	}
	if status != 200 {
		return nil, nil, fmt.Errorf("answered with status %d: %s", status, body[:min(len(body), 400)])
	}
	return header, body, nil
}

// Call calls an operation and decodes its answer into out, unless that is nil.
func (c *Connection) Call(operation string, in, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, body, err := c.Fetch(Operation(operation, payload))
	if err != nil {
		return fmt.Errorf("%s %w", operation, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

func (c *Connection) send(request []byte, header map[string]string) (status, length int, err error) {
	if err := c.net.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return 0, 0, err
	}
	if _, err := c.net.Write(request); err != nil {
		return 0, 0, err
	}
	return c.head(header)
}

var contentLength = []byte("content-length")

// head reads status and header, and keeps the header's lines unless told not to.
func (c *Connection) head(header map[string]string) (status, length int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, errors.New("no HTTP answer")
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, errors.New("no HTTP answer")
	}
	length = -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		if bytes.EqualFold(name, contentLength) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, 0, fmt.Errorf("content length: %w", err)
			}
		}
		if header != nil {
			header[string(name)] = string(value)
		}
	}
	if length < 0 {
		return 0, 0, errors.New("answer without a length")
	}
	return status, length, nil
}
