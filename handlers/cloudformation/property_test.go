package cloudformation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// A change set says what executing it does, with values nothing else, and fails where an update has nothing to do.
func TestChangeSetsComeTrue(t *testing.T) {
	t.Parallel()
	s, n := newScene(t), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		before, after := drawTemplate(t, "before"), drawTemplate(t, "after")
		made := s.create(fmt.Sprintf("s%d", n), &before)
		set := ok(s, s.CreateChangeSet, newSet(made.Name, "c", "", &after))
		described := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: set.Id})
		told, sure := byID(described), byID(ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: set.Id, IncludePropertyValues: aws.Bool(true)}))
		was := physicalIDs(s, made.ID)
		if described.Status == types.ChangeSetStatusFailed {
			_, err := s.UpdateStack(s.T.Context(), &sdk.UpdateStackInput{StackName: &made.ID, TemplateBody: &after})
			var refusal smithy.APIError
			if !errors.As(err, &refusal) || refusal.ErrorMessage() != "No updates are to be performed." {
				t.Errorf("%s has no changes to %s, and the update answers %v", after, before, err)
			}
			return
		}
		ok(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: set.Id})
		if now := s.settle(made.ID); now.Status != cfn.UpdateComplete {
			t.Fatalf("%s", now.Status)
		}
		is, updated := physicalIDs(s, made.ID), updatedIn(s, made.ID)
		for id := range union(was, is) {
			c := told[id]
			replacement := types.Replacement("")
			if c != nil {
				replacement = c.Replacement
			}
			fine := true
			switch {
			case was[id] == "":
				fine = c != nil && c.Action == types.ChangeActionAdd
			case is[id] == "":
				fine = c != nil && c.Action == types.ChangeActionRemove
			case was[id] != is[id]:
				fine = replacement == types.ReplacementTrue || replacement == types.ReplacementConditional
			default:
				fine = replacement != types.ReplacementTrue && (c != nil || !updated[id])
			}
			if changed := was[id] != is[id] || updated[id]; changed != (sure[id] != nil) {
				t.Errorf("from %s to %s, %s has changed: %v, and with values the change set tells %+v", before, after, id, changed, sure[id])
			}
			if !fine {
				t.Errorf("from %s to %s, %s was %q and is %q, updated %v, and the change set tells %+v", before, after, id, was[id], is[id], updated[id], c)
			}
		}
	})
}

func byID(described *sdk.DescribeChangeSetOutput) map[string]*types.ResourceChange {
	changes := map[string]*types.ResourceChange{}
	for _, c := range described.Changes {
		changes[*c.ResourceChange.LogicalResourceId] = c.ResourceChange
	}
	return changes
}

// drawTemplate draws up to five resources, which may refer to those before them.
func drawTemplate(t *rapid.T, label string) string {
	resources := map[string]any{}
	var ids []string
	for _, id := range []string{"A", "B", "C", "D", "E"} {
		if len(ids) > 0 && rapid.IntRange(0, 3).Draw(t, label+id) == 0 {
			continue
		}
		properties := map[string]any{"Size": rapid.IntRange(0, 2).Draw(t, label+id+" size")}
		if rapid.Bool().Draw(t, label+id+" has a name") {
			properties["ThingName"] = rapid.SampledFrom([]string{"x", "y"}).Draw(t, label+id+" name")
		}
		if len(ids) > 0 && rapid.Bool().Draw(t, label+id+" refers") {
			of := rapid.SampledFrom(ids).Draw(t, label+id+" of")
			to := rapid.SampledFrom([]any{
				map[string]any{"Ref": of}, map[string]any{"Fn::GetAtt": []string{of, "Arn"}}, map[string]any{"Fn::Sub": "x-${" + of + ".Size}"},
			}).Draw(t, label+id+" to")
			properties[rapid.SampledFrom([]string{"Of", "OfName"}).Draw(t, label+id+" in")] = to
		}
		resources[id] = map[string]any{"Type": "AWS::Fake::Thing", "Properties": properties}
		ids = append(ids, id)
	}
	text, err := json.Marshal(map[string]any{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func physicalIDs(s *scene, stackID string) map[string]string {
	ids := map[string]string{}
	for _, r := range cfn.Resources(s.Store.Read(), stackID) {
		ids[r.LogicalID] = r.PhysicalID
	}
	return ids
}

// updatedIn are the resources that the last operation on a stack has changed.
func updatedIn(s *scene, stackID string) map[string]bool {
	updated := map[string]bool{}
	for e := range cfn.Events(s.Store.Read(), stackID) {
		if e.Type == cfn.TypeStack && e.Status == string(cfn.UpdateInProgress) {
			break
		}
		updated[e.LogicalID] = updated[e.LogicalID] || strings.HasPrefix(e.Status, "UPDATE_")
	}
	return updated
}

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for id := range a {
		all[id] = true
	}
	for id := range b {
		all[id] = true
	}
	return all
}
