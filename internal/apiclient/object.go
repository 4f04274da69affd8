package apiclient

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Object reads an object of S3, by its path.
func (c *Client) Object(ctx context.Context, as Principal, bucket, key string) ([]byte, error) {
	address := url.URL{Scheme: "http", Host: c.options.Host, Path: "/" + bucket + "/" + key}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	got, err := c.send(r, as, "s3", nil, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err != nil {
		return nil, fmt.Errorf("call GetObject: %w", err)
	}
	if got.status == http.StatusOK {
		return got.body.Bytes(), nil
	}
	failed := NoObject(got.status, got.requestID())
	if got.status >= http.StatusInternalServerError { // AWS's texts have no more than the status
		var refusal struct{ Code, Message string }
		if xml.Unmarshal(got.body.Bytes(), &refusal) == nil && refusal.Code != "" {
			failed.Code, failed.Message = refusal.Code, refusal.Message
		}
	}
	return nil, failed
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
