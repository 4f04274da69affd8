package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestDecisionsAreSeen has a user without policies list clusters eleven times, where that is only logged, and the test fail.
func TestDecisionsAreSeen(t *testing.T) {
	t.Parallel()
	const dev = "arn:aws:iam::000000000000:user/dev"
	tb := &loggingTB{plainTB: plainTB{t: t}, failed: true}
	srv := emulator.Start(tb, emulator.Options{IAM: emulator.AccessLog, Caller: dev})
	config := srv.Config()
	config.Credentials = credentials.NewStaticCredentialsProvider("test", "test", "")
	client := ecs.NewFromConfig(config)
	var requestID string
	for range 11 {
		listed, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
		if err != nil {
			t.Fatal(err)
		}
		requestID, _ = middleware.GetRequestIDMetadata(listed.ResultMetadata)
	}
	denied := srv.Access(emulator.AccessFilter{Denied: true, Principal: dev, Action: "ecs:ListClusters"})
	if len(denied) != 11 {
		t.Fatalf("%d denials, %+v", len(denied), srv.Access(emulator.AccessFilter{}))
	}
	want := emulator.Decision{
		RequestID: requestID, Time: denied[10].Time, Principal: dev, Account: "000000000000", Region: "us-east-1", Action: "ecs:ListClusters", Resource: "*",
		Reason: "because no identity-based policy allows the ecs:ListClusters action", Layer: "identity",
	}
	if diff := cmp.Diff(want, denied[10]); diff != "" || want.Time.IsZero() {
		t.Error(diff)
	}
	for _, none := range []emulator.AccessFilter{{Principal: "arn:aws:iam::000000000000:root"}, {Action: "ecs:RunTask"}, {Since: denied[10].Time.Add(time.Second)}} {
		if got := srv.Access(none); got == nil || len(got) > 0 {
			t.Errorf("%+v chooses %+v", none, got)
		}
	}
	metrics, activity := get(t, srv.URL()+"/metrics"), get(t, srv.URL()+"/_emulator/activity")
	if !strings.Contains(metrics, `ecs_emulator_access_decisions_total{decision="denied",operation="ListClusters",service="ecs"} 11`) {
		t.Error(metrics)
	}
	line := fmt.Sprintf("user/dev would be denied ecs:ListClusters because no identity-based policy allows the ecs:ListClusters action (request %s)", requestID)
	if !strings.Contains(activity, line) {
		t.Error(activity)
	}
	if err := srv.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := srv.Access(emulator.AccessFilter{}); len(got) > 0 {
		t.Errorf("after a reset there are %+v", got)
	}
	for range 11 {
		if _, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{MaxResults: aws.Int32(1)}); err != nil {
			t.Fatal(err)
		}
	}
	tb.end()
	if _, said, found := strings.Cut(tb.log, "\nWhat callers were denied, after 1 others\n"); !found || strings.Count(said, "user/dev would be denied ecs:ListClusters because") != 10 {
		t.Errorf("the log of the failed test is %s", tb.log)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
