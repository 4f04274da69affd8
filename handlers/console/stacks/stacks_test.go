package stacks_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/stacks"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A resource may be named by the value of a NoEcho parameter, also while the stack waits for it.
func TestNoEchoValuesAreOnNoPage(t *testing.T) {
	const secret = "pa55word"
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &cloudformation.Stack{Scope: scope, ID: cloudformation.StackPrefix(scope) + "shop/1", Name: "shop", Status: cloudformation.CreateInProgress}
	s.Parameters = []cloudformation.Parameter{{Key: "Password", Value: secret, NoEcho: true}}
	if err := rows.Update(func(tx *store.Tx) error {
		cloudformation.PutStack(tx, s)
		cloudformation.PutOperation(tx, &cloudformation.Operation{StackID: s.ID})
		cloudformation.PutResource(tx, &cloudformation.Resource{StackID: s.ID, LogicalID: "Group", Now: &cloudformation.Physical{
			ID: "logs-" + secret, Spec: &cloudformation.Spec{Type: "AWS::Logs::LogGroup"}, Step: &cloudformation.Step{Action: cloudformation.Create},
		}})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, p := range stacks.Pages() {
		view, err := p.Read(&page.Request{Tx: rows.Read(), Scope: scope, Default: scope, Vars: map[string]string{"name": "shop"}, Sources: &page.Sources{Store: rows}})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		text.WriteString(view.Summary)
		for _, section := range view.Sections {
			if err := section.Body.Render(&text); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(text.String(), secret) || !strings.Contains(text.String(), "Group") {
			t.Errorf("page %s: %s", p.Pattern, text.String())
		}
	}
}
