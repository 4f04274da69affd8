package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const check = "arn:aws:lambda:eu-west-1:111122223333:function:check"

var root = apiclient.Root(arn.Scope{Account: "111122223333", Region: "us-east-1"})

// server answers on the network, and says where.
func server(t *testing.T, answer http.HandlerFunc) (url string) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}

// named answers its name, and what it was asked.
func named(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", name, r.URL.Path, body)
	}
}

func functions(t *testing.T, o Options) *Functions {
	t.Helper()
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// answers wants a text in what a function returns, or in why it does not.
func answers(t *testing.T, f *Functions, function, want string) {
	t.Helper()
	got, err := f.Invoke(t.Context(), root, function, []byte("{}"))
	if text := fmt.Sprintf("%s%s %v", got.FunctionError, got.Payload, err); !strings.Contains(text, want) {
		t.Errorf("%s answers %s, want %s", function, text, want)
	}
}

func TestTheFirstThatThereIsAnswers(t *testing.T) {
	upstream := apiclient.New(apiclient.Options{Endpoint: named("upstream"), Host: "localhost"})
	o := Options{}
	answers(t, functions(t, o), check, "start it with --hook "+check+"=URL, --lambda-endpoint or --upstream")
	o.Upstream = upstream
	answers(t, functions(t, o), check, "upstream /2015-03-31/functions/"+check+"/invocations {}")
	o.Endpoint = server(t, named("endpoint"))
	answers(t, functions(t, o), check, "endpoint /2015-03-31/functions/"+check+"/invocations {}")
	o.URLs = map[string]string{check: server(t, named("url")) + "/check"}
	f := functions(t, o)
	answers(t, f, check, "url /check {}")
	f.On(check, func(_ context.Context, payload []byte) ([]byte, error) { return append(payload, " func"...), nil })
	answers(t, f, check, "{} func")
	f.On(check, nil)
	answers(t, f, check, "url /check {}")
	answers(t, f, check+"-other", "endpoint ")
}

func TestWhatAnswersForAFunctionDoesForItsAliases(t *testing.T) {
	f := functions(t, Options{URLs: map[string]string{check: server(t, named("any")), check + ":live": server(t, named("live"))}})
	answers(t, f, check+":live", "live")
	answers(t, f, check+":$LATEST", "any")
	answers(t, f, check, "any")
	answers(t, f, "arn:aws:lambda:eu-west-1:111122223333:function:other", "ecs-emulator has no Lambda")
	answers(t, f, "", "ecs-emulator has no Lambda")
}

func TestAFunctionsOwnErrorIsAnAnswer(t *testing.T) {
	f := functions(t, Options{URLs: map[string]string{check: server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Handled")
	})}})
	answers(t, f, check, "Handled <nil>")
	f.On(check, func(context.Context, []byte) ([]byte, error) { return nil, errors.New("boom") })
	answers(t, f, check, `Unhandled{"errorMessage":"boom"} <nil>`)
	f.On(check, func(context.Context, []byte) ([]byte, error) { runtime.Goexit(); return nil, nil })
	answers(t, f, check, "Unhandled{")
}

func TestNoAnswer(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		url, want string
	}{
		"no server": {gone.URL, "connection refused"},
		"refused":   {server(t, http.NotFound), "answers 404 Not Found"},
		"redirect":  {server(t, http.RedirectHandler("/", http.StatusFound).ServeHTTP), "answers 302 Found"},
		"long":      {server(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, MaxAnswer+1)) }), "more than 6 MiB"},
		"cut off": {server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			w.Write([]byte("{"))
		}), "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			answers(t, functions(t, Options{URLs: map[string]string{check: c.url}}), check, c.want)
			if strings.HasPrefix(name, "no server") {
				answers(t, functions(t, Options{Endpoint: c.url}), check, c.want)
			}
		})
	}
	lambda := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"Message":"Function not found: check"}`)
	})
	answers(t, functions(t, Options{Endpoint: lambda}), check, " ResourceNotFoundException: Function not found: check")
}

// A call takes a quarter of an hour at most, even if its function does not look at the time.
func TestACallThatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := functions(t, Options{})
		f.On(check, func(context.Context, []byte) ([]byte, error) { time.Sleep(time.Hour); return nil, nil })
		began := time.Now()
		answers(t, f, check, "there is no answer within 15 minutes")
		if took := time.Since(began); took != MaxDuration {
			t.Errorf("it took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := f.Invoke(ctx, root, check, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller that gives up gets %v", err)
		}
		time.Sleep(2 * time.Hour) // until the functions have ended
	})
}

func TestRefusesWhatCannotAnswer(t *testing.T) {
	for _, c := range []struct {
		function, url, endpoint, want string
	}{
		{"check", "http://localhost/", "", `"check" is not the ARN of a Lambda function`},
		{strings.Replace(check, "lambda", "sns", 1), "http://localhost/", "", "is not the ARN"},
		{check, "localhost:9000", "", "is no URL such as"},
		{check, "file:///bin/sh", "", "is no URL such as"},
		{check, "http:///check", "", "is no URL such as"},
		{check, "", "", "is no URL such as"},
		{check, "http://localhost/%zz", "", "is no URL such as"},
		{check, "https://user:secret@localhost:9000/check?a=b", "", ""},
		{check + ":$LATEST", "http://localhost", "", ""},
		{check, "http://localhost", "localhost:3001", "is no URL such as"},
		{check, "http://localhost", "http://localhost:3001/lambda", "more than scheme, host and port"},
		{check, "http://localhost", "http://a:b@localhost:3001", "more than scheme, host and port"},
		{check, "http://localhost", "https://lambda.eu-west-1.amazonaws.com", "is AWS"},
		{check, "http://localhost", "http://localhost:3001/", ""},
	} {
		err := errors.Join(CheckFunctions(map[string]string{c.function: c.url}), CheckEndpoint(c.endpoint))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s=%s at %q: %v, want %q", c.function, c.url, c.endpoint, err, c.want)
		}
	}
}
