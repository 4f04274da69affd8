package emulator_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// refusals are the samples of the metric of requests that were refused before policies were asked.
func refusals(t *testing.T, w *world) (samples []string) {
	for line := range strings.Lines(get(t, w.srv.URL()+"/metrics")) {
		if sample, is := strings.CutPrefix(line, "ecs_emulator_access_refusals_total"); is {
			samples = append(samples, strings.TrimSpace(sample))
		}
	}
	return samples
}

// webIdentity has a token of a provider that the account does not have.
func (w *world) webIdentity(role string) error {
	part := base64.RawURLEncoding.EncodeToString
	token := part([]byte(`{"alg":"RS256","kid":"1"}`)) + "." +
		part(fmt.Appendf(nil, `{"iss":"https://ci.example.com","sub":"a","aud":"deploy","exp":%d}`, time.Now().Add(time.Hour).Unix())) + "." + part([]byte("s"))
	_, err := sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: aws.String(w.srv.URL())}).AssumeRoleWithWebIdentity(w.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/" + role), RoleSessionName: aws.String("ci"), WebIdentityToken: &token,
	})
	return err
}

// In mode log wrong signatures, and web identities whose provider is missing, go on as with access off: each is a line, and is
// counted.
func TestLogCountsWhatEnforceRefuses(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s := start(t, emulator.Options{IAM: emulator.AccessLog, Log: slog.New(slog.NewTextHandler(&log, nil))}).strangers()
	s.ok(s.webIdentity("never"))
	for range 2 {
		s.ok(s.list(aws.Credentials{AccessKeyID: s.key.AccessKeyID, SecretAccessKey: "another"}))
	}
	s.ok(s.list(aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"})) // the root of the account
	want := `{operation="ListClusters",service="ecs"} 2 {operation="AssumeRoleWithWebIdentity",service="sts"} 1`
	if got := strings.Join(refusals(t, s.world), " "); got != want {
		t.Errorf("counted are %s, want %s", got, want)
	}
	for _, said := range []string{"No OpenIDConnect provider found in your account for https://ci.example.com", s.key.AccessKeyID} {
		if strings.Count(log.String(), "the request would be refused") != 3 || !strings.Contains(log.String(), said) {
			t.Errorf("the log lacks %q: %s", said, log.String())
		}
	}
	s.ok(s.srv.Reset())
	if got := refusals(t, s.world); got != nil {
		t.Errorf("after a reset there are %s", got)
	}
}

// In mode enforce requests without keys and with unknown ones are counted. What a client makes up is no operation of the metric.
func TestEnforceCountsWhatItRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{IAM: emulator.AccessEnforce}).strangers()
	before := strings.Join(refusals(t, s.world), " ")
	if before != "" {
		t.Fatalf("there are %s", before)
	}
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.srv.URL()+"/", strings.NewReader("{}"))
	s.ok(err)
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.MadeUp")
	answer, err := http.DefaultClient.Do(r)
	s.ok(err)
	s.ok(answer.Body.Close())
	for name, err := range map[string]error{
		"unsigned":       s.raw(""),
		"unknown keys":   s.list(aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "s"}),
		"another secret": s.list(aws.Credentials{AccessKeyID: s.key.AccessKeyID, SecretAccessKey: "another"}),
		"web identity":   s.webIdentity("closed"),
	} {
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	want := `{operation="ListClusters",service="ecs"} 3 {operation="Unknown",service="ecs"} 1 {operation="AssumeRoleWithWebIdentity",service="sts"} 1`
	if got := strings.Join(refusals(t, s.world), " "); got != want {
		t.Errorf("counted are %s, want %s", got, want)
	}
}
