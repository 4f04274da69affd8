package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var eventID = regexp.MustCompile(`(?m)^EventId='(.*)'$`)

// TestNotificationsOfStacksOutliveTheEmulator: what a topic could not get before the end it gets
// afterwards. One that is tried again comes later than those behind it.
func TestNotificationsOfStacksOutliveTheEmulator(t *testing.T) {
	t.Parallel()
	const topic = "arn:aws:sns:us-east-1:000000000000:stacks"
	dir, name := t.TempDir(), aws.String("web")
	broken := func(context.Context, []byte) error { return errors.New("no room") }
	w := start(t, emulator.Options{DataDir: dir, EventTargetFuncs: map[string]emulator.EventTargetFunc{topic: broken}})
	_, err := cloudformation.NewFromConfig(w.srv.Config()).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: name, NotificationARNs: []string{topic}, TemplateBody: aws.String(`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup"}}}`),
	})
	w.must(err)
	w.must(w.srv.Close())

	var got mailbox
	w = start(t, emulator.Options{DataDir: dir, EventTargetFuncs: map[string]emulator.EventTargetFunc{topic: got.take}})
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	var want []string
	w.eventually("the topic gets all events", func() bool {
		out, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: name})
		w.must(err)
		want = nil
		for _, e := range out.StackEvents {
			want = append(want, *e.EventId)
		}
		return len(want) > 0 && out.StackEvents[0].ResourceStatus == "CREATE_COMPLETE" && len(got.all()) >= len(want)
	})
	slices.Sort(want)
	var told []string
	for _, text := range got.all() {
		told = append(told, eventID.FindStringSubmatch(text)[1])
	}
	if slices.Sort(told); !slices.Equal(told, want) {
		t.Errorf("the topic got %q, the events are %q", told, want)
	}
}

// TestNotificationsOfStacksGoToTheUpstream as calls of SNS, where there is one.
func TestNotificationsOfStacksGoToTheUpstream(t *testing.T) {
	t.Parallel()
	var published mailbox
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("Action") != "Publish" {
			http.NotFound(w, r)
			return
		}
		_ = published.take(r.Context(), []byte(r.PostFormValue("TopicArn")+" "+r.PostFormValue("Subject")+" "+r.PostFormValue("Message")))
		_, _ = io.WriteString(w, `<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>`)
	}))
	defer upstream.Close()
	const topic = "arn:aws:sns:us-east-1:000000000000:stacks"
	w := start(t, emulator.Options{Upstream: upstream.URL})
	_, err := cloudformation.NewFromConfig(w.srv.Config()).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("web"), NotificationARNs: []string{topic}, TemplateBody: aws.String(`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup"}}}`),
	})
	w.must(err)
	w.eventually("SNS gets all events", func() bool {
		all := published.all()
		return len(all) >= 5 && strings.Contains(all[len(all)-1], "\nResourceStatus='CREATE_COMPLETE'\n")
	})
	for _, each := range published.all() {
		if !strings.HasPrefix(each, topic+" AWS CloudFormation Notification StackId='arn:aws:cloudformation:us-east-1:000000000000:stack/web/") {
			t.Errorf("SNS gets %q", each)
		}
	}
}
