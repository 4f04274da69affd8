package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Each protocol has codes of its own for calls that are throttled and that fail.
func TestFaultsOfCallsAreInTheWordsOfEachAPI(t *testing.T) {
	t.Parallel()
	w := start(t)
	config := w.srv.Config()
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	calls := map[string]func() error{
		"ecs": func() error {
			_, err := ecs.NewFromConfig(config).ListClusters(t.Context(), &ecs.ListClustersInput{})
			return err
		},
		"sts": func() error {
			_, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			return err
		},
		"monitoring": func() error { // in CBOR
			_, err := cloudwatch.NewFromConfig(config).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
			return err
		},
		"ec2": func() error {
			_, err := ec2.NewFromConfig(config).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
			return err
		},
	}
	for _, c := range []struct {
		kind               emulator.FaultKind
		api, code, message string
		status             int
	}{
		{emulator.APIThrottle, "ecs", "ThrottlingException", "Rate exceeded", 400},
		{emulator.APIThrottle, "sts", "Throttling", "Rate exceeded", 400},
		{emulator.APIThrottle, "monitoring", "ThrottlingException", "Rate exceeded", 400},
		{emulator.APIError, "monitoring", "InternalFailure", "Service Unavailable. Please try again later.", 500},
		{emulator.APIThrottle, "ec2", "RequestLimitExceeded", "Request limit exceeded.", 503},
		{emulator.APIError, "ecs", "ServerException", "Service Unavailable. Please try again later.", 500},
		{emulator.APIError, "sts", "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.", 500},
		{emulator.APIError, "ec2", "InternalError", "An internal error has occurred", 500},
	} {
		id, err := w.srv.Faults().Add(emulator.Fault{Kind: c.kind, API: c.api})
		w.must(err)
		var answer smithy.APIError
		var response *awshttp.ResponseError
		if err := calls[c.api](); !errors.As(err, &answer) || answer.ErrorCode() != c.code || answer.ErrorMessage() != c.message ||
			!errors.As(err, &response) || response.HTTPStatusCode() != c.status {
			t.Errorf("%s of %s: %v", c.kind, c.api, err)
		}
		for other, call := range calls {
			if other != c.api {
				w.must(call())
			}
		}
		w.srv.Faults().Clear(id)
		w.must(calls[c.api]())
	}
}

// The SDK's retries ride out a third of the calls being throttled, and the same seed throttles the same.
func TestASeedThrottlesTheSameCalls(t *testing.T) {
	t.Parallel()
	var first string
	for range 2 {
		w := start(t)
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIThrottle, API: "ecs", Operation: "List*", Rate: 0.3, Seed: 7})
		w.must(err)
		var pattern strings.Builder
		for range 40 {
			_, err := w.client.ListClusters(t.Context(), &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
			pattern.WriteString(map[bool]string{true: ".", false: "x"}[err == nil])
			_, err = w.client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{})
			w.must(err)
		}
		if first == "" {
			first = pattern.String()
		}
		if n := strings.Count(first, "x"); pattern.String() != first || n < 4 || n > 20 {
			t.Errorf("throttled %s, then %s", first, pattern.String())
		}
		for range 20 {
			_, err := w.client.ListClusters(t.Context(), &ecs.ListClustersInput{}, func(o *ecs.Options) {
				o.Retryer = retry.AddWithMaxBackoffDelay(retry.NewStandard(func(s *retry.StandardOptions) { s.MaxAttempts, s.RateLimiter = 20, noLimit{} }), time.Millisecond)
			})
			w.must(err)
		}
	}
}

type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noLimit) AddTokens(uint) error { return nil }

// Callers are chosen by the access key, the account or the role, by its name or ARN.
func TestFaultsOfCallsAreThoseOfACaller(t *testing.T) {
	t.Parallel()
	w := start(t)
	out, err := sts.NewFromConfig(w.srv.Config()).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/deployer"), RoleSessionName: aws.String("ci"),
	})
	w.must(err)
	callers := map[string]aws.CredentialsProvider{
		"of the account": credentials.NewStaticCredentialsProvider("000000000000", "secret", ""),
		"by the role":    credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken),
		"of another one": credentials.NewStaticCredentialsProvider("111122223333", "secret", ""),
	}
	for caller, want := range map[string][]string{
		"000000000000":               {"of the account", "by the role"},
		"111122223333":               {"of another one"},
		*out.Credentials.AccessKeyId: {"by the role"},
		"deployer":                   {"by the role"},
		"arn:aws:iam::000000000000:role/deployer":  {"by the role"},
		"arn:aws:iam::000000000000:role/deployer2": nil,
	} {
		id, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIError, API: "ecs", Caller: caller})
		w.must(err)
		for name, keys := range callers {
			_, err := w.client.ListClusters(t.Context(), &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Credentials, o.Retryer = keys, aws.NopRetryer{} })
			if (err != nil) != slices.Contains(want, name) {
				t.Errorf("caller %s: the one %s has %v", caller, name, err)
			}
		}
		w.srv.Faults().Clear(id)
	}
}

// A delay does not keep the emulator from its end.
func TestADelayedCallEndsWithTheEmulator(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIDelay, Delay: time.Hour})
	w.must(err)
	answered := make(chan error, 1)
	go func() {
		_, err := w.client.ListClusters(context.Background(), &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
		answered <- err
	}()
	w.eventually("the call is delayed", func() bool { return w.srv.Faults().List()[0].Used == 1 })
	w.must(w.srv.Close())
	if err := <-answered; err == nil {
		t.Error("the call has an answer")
	}
}

// A delay ends with the client that waits for it; others take as long as is said.
func TestADelayedCallEndsWithItsClient(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIDelay, Operation: "ListClusters", Delay: time.Hour, Times: 1})
	w.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() {
		defer close(served)
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/", strings.NewReader("{}"))
		r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters")
		w.srv.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}()
	w.eventually("the call is delayed", func() bool { return w.srv.Faults().List()[0].Used == 1 })
	cancel()
	<-served
	_, err = w.client.ListClusters(t.Context(), &ecs.ListClustersInput{})
	w.must(err)
}

// said reports whether an event of the change feed has all of some texts.
func (w *world) said(texts ...string) bool {
	w.Helper()
	answer := httptest.NewRecorder()
	w.srv.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_emulator/events", nil))
	return slices.ContainsFunc(strings.Split(answer.Body.String(), "\n"), func(line string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) })
	})
}

// faultEvents are the fault events of the change feed, in short.
func (w *world) faultEvents() (list []string) {
	w.Helper()
	answer := httptest.NewRecorder()
	w.srv.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_emulator/events", nil))
	for {
		line, err := answer.Body.ReadBytes('\n')
		if err == io.EOF {
			return list
		}
		var e struct {
			Event struct {
				Source     string
				DetailType string `json:"detail-type"`
				Detail     struct{ Fault, Kind, Hit, Reason string }
			}
		}
		w.must(json.Unmarshal(line, &e))
		if e.Event.Source == "ecs-emulator" {
			d := e.Event.Detail
			list = append(list, strings.TrimSpace(d.Fault+" "+d.Kind+" "+e.Event.DetailType+" "+d.Hit+d.Reason))
		}
	}
}

func TestFaultsSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	w := start(t)
	faults := w.srv.Faults()
	_, err := faults.Add(emulator.Fault{Kind: emulator.APIError, Operation: "ListClusters", Times: 1})
	w.must(err)
	_, err = w.client.ListClusters(t.Context(), &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
	if err == nil {
		t.Error("the call is answered")
	}
	_, err = faults.Add(emulator.Fault{Kind: emulator.APIThrottle, API: "iam", At: time.Minute, For: time.Minute})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Hour))
	id, err := faults.Add(emulator.Fault{Kind: emulator.EngineAway})
	w.must(err)
	faults.Clear(id)
	want := []string{
		"1 api-error Fault Began", "1 api-error Fault Acted ecs:ListClusters", "1 api-error Fault Ended used up",
		"2 api-throttle Fault Began", "2 api-throttle Fault Ended time over",
		"3 engine-away Fault Began", "3 engine-away Fault Acted", "3 engine-away Fault Ended cleared",
	}
	if got := w.faultEvents(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
