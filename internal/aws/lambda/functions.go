// Package lambda calls Lambda functions, none of which runs here. For each, by its ARN, a function of Go
// answers, a URL, or the Lambda of another server:
//
//	functions, err := lambda.New(lambda.Options{URLs: map[string]string{check: "http://127.0.0.1:9000/check"}})
//	returned, err := functions.Invoke(ctx, as, check, payload)
//
// Functions of Go and URLs may stand for any other ARN as well, such as that of a queue, and take what is sent there:
//
//	err := functions.Deliver(ctx, queue, message)
//
// It does not know what calls are for.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Func answers for a Lambda function, in this process: it takes the payload of a call and returns that of
// the answer. An error is one of the function's own, as if it had raised it. ctx ends when the call has
// taken MaxDuration, or with the emulator.
type Func func(ctx context.Context, payload []byte) ([]byte, error)

// Options say what answers, in this order: a Func of [Functions.On], a URL, the Endpoint, the Upstream.
type Options struct {
	// URLs get the payload by POST, and answer with that of the function; by the ARN of the function, or of anything
	// else that payloads are delivered to.
	URLs map[string]string
	// Endpoint is the URL of a server that has Lambda; empty: none.
	Endpoint string
	// Upstream calls the server that has the services which are not here; nil: there is none.
	Upstream *apiclient.Client
}

const (
	// MaxDuration is how long a call takes at most, in real time. Source: Lambda quotas, function
	// timeout.
	MaxDuration = 15 * time.Minute
	// MaxAnswer bounds the payload of an answer, in bytes. Source: Lambda quotas, synchronous
	// invocation payload.
	MaxAnswer = 6 << 20
)

var errTooLong = fmt.Errorf("the answer has more than %d MiB", MaxAnswer>>20)

// Functions are the Lambda functions that something answers for. They are safe for concurrent use.
type Functions struct {
	urls   map[string]string
	lambda *apiclient.Client // nil: there is none
	http   *http.Client

	mu    sync.RWMutex
	funcs map[string]Func
}

// New finds what answers. It refuses what CheckURLs and CheckEndpoint do.
func New(o Options) (*Functions, error) {
	if err := errors.Join(CheckURLs(o.URLs), CheckEndpoint(o.Endpoint)); err != nil {
		return nil, err
	}
	f := &Functions{urls: o.URLs, lambda: o.Upstream, funcs: map[string]Func{}, http: newHTTPClient()}
	if o.Endpoint != "" {
		to, err := url.Parse(o.Endpoint)
		if err != nil {
			return nil, fmt.Errorf("read the Lambda endpoint: %w", err)
		}
		f.lambda = apiclient.New(apiclient.Options{
			Endpoint: apiclient.NewServer(to), Host: to.Host, Foreign: func(string) bool { return true },
		})
	}
	return f, nil
}

// On has a function of Go answer for a Lambda function, or anything else with an ARN, from now on. Nil takes it away.
func (f *Functions) On(function string, answer Func) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if answer == nil {
		delete(f.funcs, function)
		return
	}
	f.funcs[function] = answer
}

// Invoke calls a Lambda function by its ARN, and waits for its answer. Only Lambda itself gets to know the
// principal. The error says why there is no answer: what the function has got wrong itself is one.
func (f *Functions) Invoke(ctx context.Context, as apiclient.Principal, function string, payload []byte) (apiclient.Returned, error) {
	limited, cancel := context.WithTimeout(ctx, MaxDuration)
	defer cancel()
	got, err := f.invoke(limited, as, function, payload)
	switch {
	case err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded):
		return got, fmt.Errorf("there is no answer within %.0f minutes", MaxDuration.Minutes())
	case err == nil && len(got.Payload) > MaxAnswer:
		return apiclient.Returned{}, errTooLong
	}
	return got, err
}

func (f *Functions) invoke(ctx context.Context, as apiclient.Principal, function string, payload []byte) (apiclient.Returned, error) {
	if got, found, err := f.ask(ctx, function, payload); found {
		return got, err
	}
	if f.lambda == nil {
		return apiclient.Returned{}, fmt.Errorf("ecs-emulator has no Lambda and no other answer for it: "+
			"start it with --hook %s=URL, --lambda-endpoint or --upstream", function)
	}
	got, err := f.lambda.Invoke(ctx, as.In(arn.ScopeOf(function).Region), function, payload)
	var refused *apiclient.Error
	if errors.As(err, &refused) {
		return got, fmt.Errorf("%s: %s", refused.Code, refused.Message)
	}
	return got, err
}

// ask asks the Func or the URL that answers for an ARN, if there is one.
func (f *Functions) ask(ctx context.Context, arn string, payload []byte) (got apiclient.Returned, found bool, err error) {
	f.mu.RLock()
	answer, found := of(f.funcs, arn)
	f.mu.RUnlock()
	if found {
		got, err = call(ctx, answer, payload)
		return got, true, err
	}
	to, found := of(f.urls, arn)
	if found {
		got, err = f.post(ctx, to, payload)
	}
	return got, found, err
}

// of finds what answers for an ARN: for one with a version or alias also what answers for the function.
func of[T any](answers map[string]T, function string) (answer T, found bool) {
	if answer, found = answers[function]; found {
		return answer, true
	}
	if i := strings.LastIndexByte(function, ':'); strings.Count(function, ":") == qualified {
		answer, found = answers[function[:i]]
	}
	return answer, found
}

// qualified is how many colons are in an ARN with a version or alias.
const qualified = 7
