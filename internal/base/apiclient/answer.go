package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// send signs a request with a principal's keys and has the endpoint answer it.
func (c *Client) send(r *http.Request, as Principal, service string, body []byte, options ...func(*v4.SignerOptions)) (got *answer, err error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := c.signer.SignHTTP(r.Context(), c.keys(as, service), r, hash, service, as.Region, time.Now(), options...); err != nil {
		return nil, fmt.Errorf("sign a request: %w", err)
	}
	// A server's context has an answer that breaks off panic, as one in the process would not.
	r = r.WithContext(context.WithValue(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{}), own{}, true))
	r.RequestURI = r.URL.RequestURI()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	got = &answer{header: http.Header{}, status: http.StatusOK, failed: cancel}
	r = r.WithContext(ctx)
	defer func() {
		if value := recover(); value != nil {
			if value != http.ErrAbortHandler { //nolint:errorlint // it is this value
				panic(value)
			}
			if got, err = nil, context.Cause(ctx); err == nil {
				err = errors.New("the answer broke off")
			}
		}
	}()
	c.options.Endpoint.ServeHTTP(got, r)
	return got, context.Cause(ctx)
}

// own is the key of a context that has a request of a Client.
type own struct{}

// IsOwn reports whether a request, by its context, is one that a [Client] in this process has made, and none of the
// emulator's clients.
func IsOwn(ctx context.Context) bool { return ctx.Value(own{}) != nil }

// expected is the key of a context that knows codes of errors.
type expected struct{}

// Expecting is a context of calls for which a refusal with a code is no failure, such as that there is something already.
func Expecting(ctx context.Context, code string) context.Context {
	return ExpectingEach(ctx, func(c string) bool { return c == code })
}

// ExpectingEach is [Expecting] for each code of which that reports true, and for those that ctx expects already.
func ExpectingEach(ctx context.Context, that func(code string) bool) context.Context {
	return context.WithValue(ctx, expected{}, func(code string) bool { return that(code) || Expects(ctx, code) })
}

// Expects reports whether the [Client] that has made a request, by its context, expects a refusal with a code.
func Expects(ctx context.Context, code string) bool {
	that, does := ctx.Value(expected{}).(func(code string) bool)
	return does && that(code)
}

// keys are those with which a service is called. The keys of a root are the account's number, here
// and at upstreams such as moto and LocalStack.
func (c *Client) keys(as Principal, service string) aws.Credentials {
	if as.Keys.AccessKeyID == "" || c.options.Foreign(service) {
		return aws.Credentials{AccessKeyID: as.Account, SecretAccessKey: "secret"}
	}
	return as.Keys
}

// MaxAnswer bounds what is read of an answer, in bytes: any server may be the upstream. The size
// is a choice: what tasks refer to has some kilobytes.
const MaxAnswer = 16 << 20

// ErrTooLong is an answer that is longer than MaxAnswer.
var ErrTooLong = fmt.Errorf("the answer has more than %d MiB", MaxAnswer>>20)

// answer is one that is written in this process.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	// failed ends an answer that is no whole one, for a reason. The first one counts.
	failed func(reason error)
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK { // not those that go before
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.body.Len()+len(p) > MaxAnswer {
		a.failed(ErrTooLong)
		return 0, ErrTooLong
	}
	return a.body.Write(p)
}

// requestID is the request ID of the answer.
func (a *answer) requestID() string {
	return cmp.Or(a.first("x-amzn-RequestId"), a.first("x-amz-request-id"))
}

// first is the first value of a header, whose name AWS may write with small letters.
func (a *answer) first(header string) string {
	for name, values := range a.header {
		if len(values) > 0 && strings.EqualFold(name, header) {
			return values[0]
		}
	}
	return ""
}
