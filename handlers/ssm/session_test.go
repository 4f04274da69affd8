package ssm_test

import (
	"context"
	"encoding/base64"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	taskID    = "0123456789abcdef0123456789abcdef"
	runtimeID = taskID + "-0123456789"
	// target is a container in a cluster whose name has underscores.
	target = "ecs:my_shop_" + taskID + "_" + runtimeID
)

// addTask adds a running task with a container.
func (s *scene) addTask(exec bool) {
	s.T.Helper()
	container := state.Container{Name: "app", Phase: state.ContainerRunning, RuntimeID: runtimeID}
	if exec {
		container.ExecAgent = state.ManagedAgent{Status: state.Running}
	}
	err := s.Store.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{
			ARN: s.Scope.Task("my_shop", taskID), Spec: &state.TaskSpec{ClusterARN: s.Scope.Cluster("my_shop"), EnableExecuteCommand: exec},
			Status: state.TaskStatus{LastStatus: state.Running, Containers: []state.Container{container}},
		})
		return nil
	})
	if err != nil {
		s.T.Fatal(err)
	}
}

func TestASessionFromItsStartToItsEnd(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	status := ok(s, s.GetConnectionStatus, &sdk.GetConnectionStatusInput{Target: aws.String(target)})
	if status.Status != types.ConnectionStatusConnected || *status.Target != target {
		t.Errorf("the connection is %+v", status)
	}
	out := ok(s, s.StartSession, &sdk.StartSessionInput{Target: aws.String(target), Reason: aws.String("to look")})
	id := aws.ToString(out.SessionId)
	if !regexp.MustCompile(`^root-[a-z0-9]{26}$`).MatchString(id) {
		t.Errorf("the session is %q", id)
	}
	if url := aws.ToString(out.StreamUrl); !strings.HasPrefix(url, "ws://127.0.0.1:") || !strings.HasSuffix(url, "/v1/data-channel/"+id+"?role=publish_subscribe") {
		t.Errorf("the stream is at %q", url)
	}
	if token, err := base64.StdEncoding.DecodeString(aws.ToString(out.TokenValue)); err != nil || len(token) != 32 {
		t.Errorf("the token is %q", aws.ToString(out.TokenValue))
	}
	session := ok(s, s.DescribeSessions, &sdk.DescribeSessionsInput{State: types.SessionStateActive}).Sessions[0]
	if *session.SessionId != id || *session.Target != target || session.Status != types.SessionStatusConnecting || *session.Reason != "to look" ||
		*session.DocumentName != "SSM-SessionManagerRunShell" || *session.Owner != "arn:aws:iam::123456789012:root" || session.StartDate == nil || session.EndDate != nil {
		t.Errorf("it is told of as %+v", session)
	}
	again := ok(s, s.ResumeSession, &sdk.ResumeSessionInput{SessionId: &id})
	if token := aws.ToString(again.TokenValue); token == "" || token == *out.TokenValue || *again.SessionId != id || *again.StreamUrl != *out.StreamUrl {
		t.Errorf("it goes on as %+v", again)
	}
	if ended := ok(s, s.TerminateSession, &sdk.TerminateSessionInput{SessionId: &id}); *ended.SessionId != id {
		t.Errorf("what ended is %q", *ended.SessionId)
	}
	if left := ok(s, s.DescribeSessions, &sdk.DescribeSessionsInput{State: types.SessionStateActive}).Sessions; len(left) > 0 {
		t.Errorf("%d sessions are left", len(left))
	}
	session = ok(s, s.DescribeSessions, &sdk.DescribeSessionsInput{State: types.SessionStateHistory}).Sessions[0]
	if *session.SessionId != id || session.Status != types.SessionStatusTerminated || session.EndDate == nil {
		t.Errorf("it is remembered as %+v", session)
	}
}

// TestResumeOfWhatIsOverHasNoToken: an error would leave AWS's plugin hanging (recorded-exec.md X13).
func TestResumeOfWhatIsOverHasNoToken(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	id := ok(s, s.StartSession, &sdk.StartSessionInput{Target: aws.String(target)}).SessionId
	ok(s, s.TerminateSession, &sdk.TerminateSessionInput{SessionId: id})
	for _, id := range []string{*id, "nothing-0123456789abcdef0"} {
		if out := ok(s, s.ResumeSession, &sdk.ResumeSessionInput{SessionId: &id}); out.TokenValue == nil || *out.TokenValue != "" || *out.SessionId != id {
			t.Errorf("%s goes on: %+v", id, out)
		}
		ok(s, s.TerminateSession, &sdk.TerminateSessionInput{SessionId: &id})
	}
}

func TestTargetsThatAreNotConnected(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	for _, target := range []string{
		"i-0123456789abcdef0", "ecs:", "ecs:a_b", "ecs:my_shop_" + taskID + "_", "ecs:shop_" + taskID + "_" + runtimeID,
		"ecs:my_shop_" + taskID + "_" + taskID + "-0000000000", "my_shop_" + taskID + "_" + runtimeID,
	} {
		refused(s, s.StartSession, &sdk.StartSessionInput{Target: &target}, "TargetNotConnected", target+" is not connected.")
		if got := ok(s, s.GetConnectionStatus, &sdk.GetConnectionStatusInput{Target: &target}); got.Status != types.ConnectionStatusNotConnected {
			t.Errorf("%s: %s", target, got.Status)
		}
	}
	without := newScene(t)
	without.addTask(false)
	refused(without, without.StartSession, &sdk.StartSessionInput{Target: aws.String(target)}, "TargetNotConnected", target+" is not connected.")
}

func TestDocuments(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	start := func(document string, parameters map[string][]string) *sdk.StartSessionInput {
		return &sdk.StartSessionInput{Target: aws.String(target), DocumentName: &document, Parameters: parameters}
	}
	const remote, port = "AWS-StartPortForwardingSessionToRemoteHost", "AWS-StartPortForwardingSession"
	one := func(pairs ...string) map[string][]string {
		values := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			values[pairs[i]] = []string{pairs[i+1]}
		}
		return values
	}
	for _, in := range []*sdk.StartSessionInput{
		start("SSM-SessionManagerRunShell", nil), start(port, nil), start(port, one("portNumber", "65535", "localPortNumber", "8080")),
		start(remote, one("host", "db.internal", "portNumber", "5432")), start(remote, one("host", "10.0.0.7")), start(remote, one("host", "fd00::7")),
	} {
		ok(s, s.StartSession, in)
	}
	refused(s, s.StartSession, start("My-Document", nil), "InvalidDocument", "Document with name My-Document does not exist.")
	refused(s, s.StartSession, start("AWS-StartSSHSession", nil), "InvalidDocument", "Document with name AWS-StartSSHSession does not exist in ecs-emulator, "+
		"which has SSM-SessionManagerRunShell, AWS-StartPortForwardingSession and AWS-StartPortForwardingSessionToRemoteHost.")
	for text, in := range map[string]*sdk.StartSessionInput{
		"The document AWS-StartPortForwardingSession has no parameter host.":                start(port, one("host", "db")),
		"The document SSM-SessionManagerRunShell has no parameter portNumber.":              start("SSM-SessionManagerRunShell", one("portNumber", "80")),
		`The value "0" of the parameter portNumber is no port between 1 and 65535.`:         start(port, one("portNumber", "0")),
		`The value "65536" of the parameter portNumber is no port between 1 and 65535.`:     start(port, one("portNumber", "65536")),
		`The value "+80" of the parameter portNumber is no port between 1 and 65535.`:       start(port, one("portNumber", "+80")),
		`The value "http" of the parameter localPortNumber is no port between 0 and 65535.`: start(port, one("localPortNumber", "http")),
		`The value "a b" of the parameter host is no host name and no address.`:             start(remote, one("host", "a b")),
		`The value "a..b" of the parameter host is no host name and no address.`:            start(remote, one("host", "a..b")),
		"The parameter portNumber takes one value, not 2.":                                  start(port, map[string][]string{"portNumber": {"1", "2"}}),
	} {
		refused(s, s.StartSession, in, "InvalidParameters", text)
	}
}

func TestSessionsByFiltersAndPages(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	var ids []string
	for range 5 {
		ids = append(ids, *ok(s, s.StartSession, &sdk.StartSessionInput{Target: aws.String(target)}).SessionId)
	}
	list := func(filters ...types.SessionFilter) (found []string) {
		in := &sdk.DescribeSessionsInput{State: types.SessionStateActive, Filters: filters, MaxResults: aws.Int32(2)}
		for {
			out := ok(s, s.DescribeSessions, in)
			if len(out.Sessions) > 2 {
				t.Fatalf("a page has %d", len(out.Sessions))
			}
			for _, session := range out.Sessions {
				found = append(found, *session.SessionId)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return found
			}
		}
	}
	slices.Reverse(ids)
	if got := list(); !slices.Equal(got, ids) {
		t.Errorf("the newest first: %v, want %v", got, ids)
	}
	filter := func(key types.SessionFilterKey, value string) types.SessionFilter {
		return types.SessionFilter{Key: key, Value: &value}
	}
	yesterday, tomorrow := time.Now().Add(-24*time.Hour).Format(time.RFC3339), time.Now().Add(24*time.Hour).Format(time.RFC3339)
	for _, c := range []struct {
		filter types.SessionFilter
		want   int
	}{
		{filter(types.SessionFilterKeySessionId, ids[1]), 1}, {filter(types.SessionFilterKeyTargetId, target), 5}, {filter(types.SessionFilterKeyTargetId, "i-1"), 0},
		{filter(types.SessionFilterKeyStatus, "Connecting"), 5}, {filter(types.SessionFilterKeyStatus, "Connected"), 0},
		{filter(types.SessionFilterKeyOwner, "arn:aws:iam::123456789012:root"), 5}, {filter(types.SessionFilterKeyOwner, "me"), 0},
		{filter(types.SessionFilterKeyInvokedAfter, yesterday), 5}, {filter(types.SessionFilterKeyInvokedAfter, tomorrow), 0},
		{filter(types.SessionFilterKeyInvokedBefore, yesterday), 0}, {filter(types.SessionFilterKeyInvokedBefore, tomorrow), 5},
		{filter(types.SessionFilterKeyAccessType, "Standard"), 5}, {filter(types.SessionFilterKeyAccessType, "JustInTime"), 0},
	} {
		if got := list(c.filter); len(got) != c.want {
			t.Errorf("%s %s: %d sessions, want %d", c.filter.Key, *c.filter.Value, len(got), c.want)
		}
	}
	refused(s, s.DescribeSessions, &sdk.DescribeSessionsInput{State: types.SessionStateActive, NextToken: aws.String("x")}, "InvalidNextToken", "The following token is invalid: x.")
	refused(s, s.DescribeSessions, &sdk.DescribeSessionsInput{State: types.SessionStateActive, Filters: []types.SessionFilter{filter(types.SessionFilterKeyInvokedAfter, "now")}},
		"ValidationException", `The value "now" of the filter InvokedAfter is no time such as 2024-08-29T00:00:00Z.`)
}

// TestWhatIsThereIsNotToldToOneWhoIsRefused: a target is asked for by its text, whether there is such a task and container or not.
func TestWhatIsThereIsNotToldToOneWhoIsRefused(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	config, asked := s.Refuse(ssm.New(ssm.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	for target, want := range map[string]string{
		target:                                  s.Scope.Task("my_shop", taskID),
		"ecs:my_shop_" + taskID + "_none":       s.Scope.Task("my_shop", taskID),
		"ecs:other_" + taskID + "_" + runtimeID: s.Scope.Task("other", taskID),
		"ecs:my_shop":                           "*", "ecs:a_b_": "*", "i-1": "*",
	} {
		if got := apitest.For(asked, c.StartSession, &sdk.StartSessionInput{Target: &target}); got != "ssm:StartSession "+want {
			t.Errorf("%s asks for %s, want %s", target, got, want)
		}
		if got := apitest.For(asked, c.GetConnectionStatus, &sdk.GetConnectionStatusInput{Target: &target}); got != "ssm:GetConnectionStatus "+want {
			t.Errorf("%s asks for %s, want %s", target, got, want)
		}
	}
}

// TestWhoMayHaveSessions asks for target and document, and for the session.
func TestWhoMayHaveSessions(t *testing.T) {
	s := newScene(t)
	s.addTask(true)
	var asked []string
	call := awsapi.NewContext(t.Context(), awsapi.Call{Region: s.Scope.Region, Account: s.Scope.Account, Authorize: apitest.Each(func(_ context.Context, _ awsapi.Call, wants awsapi.Access) error {
		if asked = append(asked, wants.Action+" "+wants.Resource); strings.Contains(wants.Resource, "document/") || strings.Contains(wants.Resource, "session/") {
			return &awsapi.Error{Code: "AccessDeniedException", Message: "not you"}
		}
		return nil
	})})
	api := ssm.New(ssm.Options{Store: s.Store, Now: s.Clock}) // without sessions: it must not come so far
	_, shell := api.StartSession(call, &oursdk.StartSessionInput{Target: aws.String(target)})
	_, port := api.StartSession(call, &oursdk.StartSessionInput{Target: aws.String("i-1"), DocumentName: aws.String("AWS-StartPortForwardingSession")})
	_, resumed := api.ResumeSession(call, &oursdk.ResumeSessionInput{SessionId: aws.String("root-1")})
	_, ended := api.TerminateSession(call, &oursdk.TerminateSessionInput{SessionId: aws.String("root-1")})
	for _, err := range []error{shell, port, resumed, ended} {
		if err == nil || err.Error() != "AccessDeniedException: not you" {
			t.Errorf("got %v", err)
		}
	}
	want := []string{
		"ssm:StartSession " + s.Scope.Task("my_shop", taskID), "ssm:StartSession arn:aws:ssm:eu-west-1:123456789012:document/SSM-SessionManagerRunShell",
		"ssm:StartSession *", "ssm:StartSession arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSession",
		"ssm:ResumeSession arn:aws:ssm:eu-west-1:123456789012:session/root-1", "ssm:TerminateSession arn:aws:ssm:eu-west-1:123456789012:session/root-1",
	}
	if !reflect.DeepEqual(asked, want) {
		t.Errorf("asked %q\nwant  %q", asked, want)
	}
}
