package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// apiClient calls APIs of AWS as any client does, by way of the emulator's own endpoint in
// this process. That has the services that are here, and passes the others on to the upstream:
// so nobody who calls has to know which they are.
type apiClient struct {
	endpoint http.Handler
	host     string
	signer   *v4.Signer
}

func (s *Server) apiClient() *apiClient {
	host := s.listener.Addr().String()
	if s.upstream != nil {
		host = s.upstream.URL.Host
	}
	return &apiClient{endpoint: s.handler, host: host, signer: v4.NewSigner()}
}

// operation is one of an API that speaks AWS JSON.
type operation struct {
	service string // as the SDK calls it: "Secrets Manager"
	signed  string // in a signature: "secretsmanager"
	target  string // prefix of X-Amz-Target
	name    string
	errors  []string // those that its model has
	codec   *wire.Codec
}

// do calls an operation, whose answer goes to out unless that is nil. Its refusal is an
// *agent.CallError.
func (c *apiClient) do(ctx context.Context, keys aws.CredentialsProvider, region string, op operation, in, out any) error {
	body := op.codec.Marshal(in)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.host+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", op.target+"."+op.name)
	got, err := c.send(r, keys, region, op.signed, body)
	if err != nil {
		return fmt.Errorf("call %s: %w", op.name, err)
	}
	if got.status == http.StatusOK {
		if out == nil {
			return nil
		}
		if err := op.codec.Unmarshal(got.body.Bytes(), out); err != nil {
			return fmt.Errorf("the answer of %s %w", op.name, errUnreadable) // not what is in it
		}
		return nil
	}
	var refusal struct {
		Type    string `json:"__type"`
		Message string // or message
	}
	_ = json.Unmarshal(got.body.Bytes(), &refusal)
	code := refusal.Type[strings.LastIndex(refusal.Type, "#")+1:]
	return &agent.CallError{
		Service: op.service, Operation: op.name, Status: got.status, RequestID: got.requestID(),
		Code: code, Message: refusal.Message, Modelled: slices.Contains(op.errors, code),
	}
}

// errUnreadable is an answer that says that a call has succeeded, and no more that makes sense.
var errUnreadable = errors.New("cannot be read")

// object reads an object of S3, by its path.
func (c *apiClient) object(ctx context.Context, keys aws.CredentialsProvider, region, bucket, key string) ([]byte, error) {
	address := url.URL{Scheme: "http", Host: c.host, Path: "/" + bucket + "/" + key}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	got, err := c.send(r, keys, region, "s3", nil, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err != nil {
		return nil, fmt.Errorf("call GetObject: %w", err)
	}
	if got.status == http.StatusOK {
		return got.body.Bytes(), nil
	}
	failed := noObject(got.status, got.requestID())
	if got.status >= http.StatusInternalServerError { // AWS's texts have no more than the status
		var refusal struct{ Code, Message string }
		if xml.Unmarshal(got.body.Bytes(), &refusal) == nil && refusal.Code != "" {
			failed.Code, failed.Message = refusal.Code, refusal.Message
		}
	}
	return nil, failed
}

// noObject is the refusal of a request that asks for an object's head first.
// Source: field reports of environment files on Fargate.
func noObject(status int, requestID string) *agent.CallError {
	text := http.StatusText(status)
	return &agent.CallError{
		Service: "S3", Operation: "HeadObject", Status: status, RequestID: requestID,
		Code: strings.ReplaceAll(text, " ", ""), Message: text,
	}
}

// send signs a request and has the endpoint answer it.
func (c *apiClient) send(r *http.Request, keys aws.CredentialsProvider, region, service string, body []byte, options ...func(*v4.SignerOptions)) (got *answer, err error) {
	found, err := keys.Retrieve(r.Context())
	if err != nil {
		return nil, fmt.Errorf("make the keys of a role: %w", err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := c.signer.SignHTTP(r.Context(), found, r, hash, service, region, time.Now(), options...); err != nil {
		return nil, fmt.Errorf("sign a request: %w", err)
	}
	// A server's context has an answer that breaks off panic, as one in the process would not.
	r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{}))
	r.RequestURI = r.URL.RequestURI()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	got = &answer{header: http.Header{}, status: http.StatusOK, tooLong: func() { cancel(errAnswerTooLong) }}
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
	c.endpoint.ServeHTTP(got, r)
	return got, context.Cause(ctx)
}

// mostAnswer bounds what is read of an answer, which may be that of anybody's server. Its size
// is a choice: what tasks refer to has some kilobytes.
const mostAnswer = 16 << 20

var errAnswerTooLong = fmt.Errorf("the answer has more than %d MiB", mostAnswer>>20)

// answer is one that is written in this process.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	// tooLong ends what writes more than is read.
	tooLong func()
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK { // not those that go before
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.body.Len()+len(p) > mostAnswer {
		a.tooLong()
		return 0, errAnswerTooLong
	}
	return a.body.Write(p)
}

// requestID is that of the answer, whose header AWS writes with small letters.
func (a *answer) requestID() string {
	for name, values := range a.header {
		if len(values) > 0 && (strings.EqualFold(name, "x-amzn-RequestId") || strings.EqualFold(name, "x-amz-request-id")) {
			return values[0]
		}
	}
	return ""
}
