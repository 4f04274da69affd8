// Package shiftload puts an emulator under the load of deployments and of traffic that they shift, and tells how long
// that takes. It asks by HTTP, as clients do.
package shiftload

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// lookEvery is how often a figure that takes milliseconds is looked at, patience how long one may take.
	lookEvery = time.Millisecond
	patience  = 2 * time.Minute

	cluster   = "default"
	family    = "shift"
	container = "app"
	port      = 8080
)

// Client asks the emulator at an address, host:port.
type Client struct{ address string }

func NewClient(address string) *Client { return &Client{address} }

// ecs calls an operation of ECS, and decodes its answer into out, unless that is nil.
func (c *Client) ecs(operation string, in, out any) error {
	return c.json("AmazonEC2ContainerServiceV20141113."+operation, "application/x-amz-json-1.1", in, out)
}

// cloudWatch calls an operation of CloudWatch.
func (c *Client) cloudWatch(operation string, in any) error {
	return c.json("GraniteServiceVersion20100801."+operation, "application/x-amz-json-1.0", in, nil)
}

func (c *Client) json(target, kind string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.post(bytes.NewReader(body), http.Header{"Content-Type": {kind}, "X-Amz-Target": {target}})
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// elb calls an operation of Elastic Load Balancing, whose members come as pairs of name and value.
func (c *Client) elb(operation string, out any, members ...string) error {
	in := url.Values{"Action": {operation}, "Version": {"2015-12-01"}}
	for i := 0; i < len(members); i += 2 {
		in.Set(members[i], members[i+1])
	}
	answer, err := c.post(bytes.NewReader([]byte(in.Encode())), http.Header{
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/elasticloadbalancing/aws4_request, SignedHeaders=host, Signature=0"},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	if out == nil {
		return nil
	}
	return xml.Unmarshal(answer, out)
}

func (c *Client) post(body io.Reader, header http.Header) ([]byte, error) {
	request, err := http.NewRequest(http.MethodPost, "http://"+c.address+"/", body)
	if err != nil {
		return nil, err
	}
	request.Header = header
	return exchange(request)
}

// get asks for a path of the emulator's own.
func (c *Client) get(path string, out any) error {
	request, err := http.NewRequest(http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return err
	}
	answer, err := exchange(request)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return json.Unmarshal(answer, out)
}

// advance has the clock go on, with all that is due.
func (c *Client) advance(d time.Duration) error {
	request, err := http.NewRequest(http.MethodPost, "http://"+c.address+"/_emulator/clock", strings.NewReader(fmt.Sprintf(`{"advance": %q}`, d)))
	if err != nil {
		return err
	}
	if _, err := exchange(request); err != nil {
		return fmt.Errorf("advance the clock: %w", err)
	}
	return nil
}

func exchange(request *http.Request) ([]byte, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered with status %d: %s", answer.StatusCode, body)
	}
	return body, err
}

// await looks again and again until done.
func await(ctx context.Context, what string, every time.Duration, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
			return fmt.Errorf("await that %s: %w", what, ctx.Err())
		}
	}
}
