package stacktypes_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func TestNamesOfIgnoredTypes(t *testing.T) {
	for _, name := range []string{"AWS::Route53::RecordSet", "Custom::Cert-1_a@b", "Acme::Net::Edge::MODULE"} {
		if err := stacktypes.CheckIgnored([]string{name}); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "AWS::Route53", "AWS:Route53:RecordSet", "Custom::", "AWS::Route53::*", "AWS::A B::C"} {
		if stacktypes.CheckIgnored([]string{"AWS::S3::Bucket", name}) == nil {
			t.Errorf("%q is taken for a type", name)
		}
	}
}

// TestLeavingOut: what was left out stays so when its type is ignored no longer, and what was made before is not left out.
func TestLeavingOut(t *testing.T) {
	known := stacktypes.Types{Ignore: []string{"AWS::ECS::Cluster", "AWS::Foo::Bar"}}
	if !known.Built("AWS::Foo::Bar") || !known.Ignored("AWS::ECS::Cluster") || known.Refused("AWS::ECS::Cluster", document.NewText("")) != nil {
		t.Error("an ignored type is refused")
	}
	var told bytes.Buffer
	log := slog.New(slog.NewTextHandler(&told, nil))
	create := handler.Request{Action: handler.Create, Type: "AWS::ECS::Cluster", LogicalID: "web", StackName: "shop"}
	if !known.LeavesOut(create) {
		t.Fatal("the create is not left out")
	}
	made := known.LeaveOut(create, log)
	if made.PhysicalID != "web" || made.Failure != nil || made.Again != 0 {
		t.Errorf("the create comes to %+v", made)
	}
	if !strings.Contains(told.String(), "left out") || !strings.Contains(told.String(), "resource=web") {
		t.Errorf("the log tells %s", told.String())
	}
	told.Reset()
	remove := handler.Request{Action: handler.Delete, Type: "AWS::ECS::Cluster", LogicalID: "web", PhysicalID: "web", Attributes: made.Attributes}
	var none stacktypes.Types
	if !none.LeavesOut(remove) || none.LeaveOut(remove, log).Failure != nil || told.Len() > 0 {
		t.Errorf("a delete would take a cluster with the same name: %s", told.String())
	}
	update := remove
	update.Action = handler.Update
	if none.LeaveOut(update, log); !strings.Contains(told.String(), "stays left out") {
		t.Errorf("the log of an update tells %q", told.String())
	}
	remove.Attributes = nil
	if known.LeavesOut(remove) {
		t.Error("a cluster that was made before stays")
	}
}
