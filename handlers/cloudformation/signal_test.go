package cloudformation_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// waiting writes a stack that is being created, with a resource that is, one that is there, and a handle.
func (s *scene) waiting() *cfn.Stack {
	s.T.Helper()
	made := s.stands("web", func(s *cfn.Stack) { s.Status = cfn.CreateInProgress })
	wait, handle := &cfn.Spec{Type: "AWS::CloudFormation::WaitCondition"}, &cfn.Spec{Type: cfn.TypeWaitConditionHandle}
	s.update(func(tx *store.Tx) {
		for _, r := range []*cfn.Resource{
			{LogicalID: "New", Type: wait.Type, Status: cfn.ResourceCreateInProgress, Next: &cfn.Physical{Incarnation: "new", Spec: wait, Step: &cfn.Step{Action: cfn.Create}}},
			{LogicalID: "Old", Type: wait.Type, Status: cfn.ResourceCreateComplete, Now: &cfn.Physical{Incarnation: "old", Spec: wait, Made: true}},
			{LogicalID: "Later", Type: wait.Type},
			{LogicalID: "Handle", Type: handle.Type, Status: cfn.ResourceCreateComplete, Now: &cfn.Physical{Incarnation: "handle", Spec: handle, Made: true}},
		} {
			r.StackID = made.ID
			cfn.PutResource(tx, r)
		}
	})
	return made
}

func signalTo(resource, id string, status types.ResourceSignalStatus) *sdk.SignalResourceInput {
	return &sdk.SignalResourceInput{StackName: aws.String("web"), LogicalResourceId: &resource, UniqueId: &id, Status: status}
}

// TestSignalResource: a signal is of the incarnation that is being made, and the first one of an id counts.
func TestSignalResource(t *testing.T) {
	s := newScene(t)
	made := s.waiting()
	ok(s, s.SignalResource, signalTo("New", "one", types.ResourceSignalStatusFailure))
	ok(s, s.SignalResource, signalTo("New", "one", types.ResourceSignalStatusSuccess))
	got := cfn.NewSignals(s.Store.Read(), made.ID)
	if len(got) != 1 || got[0].LogicalID != "New" || got[0].Incarnation != "new" || got[0].UniqueID != "one" || !got[0].Failed {
		t.Errorf("signals %+v", got)
	}
	invalid(s, s.SignalResource, signalTo("Old", "one", types.ResourceSignalStatusSuccess), "Resource Old is in CREATE_COMPLETE state and cannot be signaled")
	invalid(s, s.SignalResource, signalTo("None", "one", types.ResourceSignalStatusSuccess), "Resource None does not exist for stack web")
	invalid(s, s.SignalResource, signalTo("Later", "one", types.ResourceSignalStatusSuccess), "Resource Later does not exist for stack web")
	invalid(s, s.SignalResource, signalTo("Handle", "one", types.ResourceSignalStatusSuccess), "Resource Handle is of type AWS::CloudFormation::WaitConditionHandle and cannot be signaled")
	s.stands("web", func(s *cfn.Stack) { s.Status = cfn.CreateComplete })
	invalid(s, s.SignalResource, signalTo("New", "one", types.ResourceSignalStatusSuccess), "Stack "+made.ID+" is in CREATE_COMPLETE state and cannot be signaled")
}

// TestSignalOfAHandle: its URL takes signals, and no other one does.
func TestSignalOfAHandle(t *testing.T) {
	s := newScene(t)
	made := s.waiting()
	api := cloudformation.New(cloudformation.Options{Store: s.Store, Now: s.Clock})
	send := func(incarnation, handle, body string, at time.Time) int {
		t.Helper()
		u, err := url.Parse(waitcondition.URL("", made.ID, handle, incarnation, at))
		if err != nil {
			t.Fatal(err)
		}
		status, why := api.Signal(waitcondition.Sent{
			Region: scope.Region, Account: scope.Account, Stack: "web", ID: "9c52-web", Handle: handle, Query: u.Query(), Body: []byte(body),
		})
		if (status == 200) != (why == "") {
			t.Errorf("%d %s", status, why)
		}
		return status
	}
	const good = `{"Status":"SUCCESS","UniqueId":"one","Data":"x"}`
	for _, each := range []struct {
		incarnation, handle, body string
		at                        time.Time
		want                      int
	}{
		{"other", "Handle", good, s.Now, 403}, {"handle", "None", good, s.Now, 403}, {"new", "New", good, s.Now, 403},
		{"handle", "Handle", good, s.Now.Add(-waitcondition.Lifetime), 403}, {"handle", "Handle", "x", s.Now, 400}, {"other", "Handle", "x", s.Now, 403},
	} {
		if got := send(each.incarnation, each.handle, each.body, each.at); got != each.want {
			t.Errorf("%+v: %d", each, got)
		}
	}
	if got := cfn.NewSignals(s.Store.Read(), made.ID); len(got) != 0 {
		t.Errorf("signals %+v", got)
	}
	if status := send("handle", "Handle", good, s.Now); status != 200 {
		t.Errorf("it answers %d", status)
	}
	if got := cfn.NewSignals(s.Store.Read(), made.ID); len(got) != 1 || got[0].Incarnation != "handle" || got[0].Data != "x" {
		t.Errorf("signals %+v", got)
	}
}
