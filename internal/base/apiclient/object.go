package apiclient

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// GetObject reads an object of S3, by its path: the newest version if version is empty. A refusal is an *Error in S3's words.
func (c *Client) GetObject(ctx context.Context, as Principal, bucket, key, version string) ([]byte, error) {
	query := url.Values{}
	if version != "" {
		query.Set("versionId", version)
	}
	got, err := c.object(ctx, as, http.MethodGet, bucket, key, query, nil)
	if err != nil {
		return nil, fmt.Errorf("call GetObject: %w", err)
	}
	if got.status == http.StatusOK {
		return got.body.Bytes(), nil
	}
	return nil, got.refusalOfObject("GetObject")
}

// Object reads an object of S3, by its path, as does a client that asks for its head first.
func (c *Client) Object(ctx context.Context, as Principal, bucket, key string) ([]byte, error) {
	got, err := c.object(ctx, as, http.MethodGet, bucket, key, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("call GetObject: %w", err)
	}
	if got.status == http.StatusOK {
		return got.body.Bytes(), nil
	}
	failed := NoObject(got.status, got.requestID())
	if got.status >= http.StatusInternalServerError { // AWS's texts have no more than the status
		failed.readXML(got.body.Bytes())
	}
	return nil, failed
}

// PutObject writes an object of S3, by its path: plain text. A refusal is an *Error.
func (c *Client) PutObject(ctx context.Context, as Principal, bucket, key string, content []byte) error {
	got, err := c.object(ctx, as, http.MethodPut, bucket, key, nil, content)
	if err != nil {
		return fmt.Errorf("call PutObject: %w", err)
	}
	if got.status == http.StatusOK {
		return nil
	}
	return got.refusalOfObject("PutObject")
}

func (a *answer) refusalOfObject(operation string) *Error {
	text := http.StatusText(a.status)
	failed := &Error{
		Service: "S3", Operation: operation, Status: a.status, RequestID: a.requestID(), Code: strings.ReplaceAll(text, " ", ""), Message: text,
	}
	failed.readXML(a.body.Bytes())
	return failed
}

// object sends a request about an object, which has a body if it writes.
func (c *Client) object(ctx context.Context, as Principal, method, bucket, key string, query url.Values, content []byte) (*answer, error) {
	address := url.URL{Scheme: "http", Host: c.options.Host, Path: "/" + bucket + "/" + key, RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	if method == http.MethodPut {
		r.Header.Set("Content-Type", "text/plain")
	}
	return c.send(r, as, "s3", content, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
}

// readXML takes code and message from an answer of S3 that has them.
func (e *Error) readXML(body []byte) {
	var refusal struct{ Code, Message string }
	if xml.Unmarshal(body, &refusal) == nil && refusal.Code != "" {
		e.Code, e.Message = refusal.Code, refusal.Message
	}
}

// NoObject is the refusal of a request that asks for an object's head first.
// Source: field reports of environment files on Fargate.
func NoObject(status int, requestID string) *Error {
	text := http.StatusText(status)
	return &Error{
		Service: "S3", Operation: "HeadObject", Status: status, RequestID: requestID,
		Code: strings.ReplaceAll(text, " ", ""), Message: text,
	}
}
