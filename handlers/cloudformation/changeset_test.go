package cloudformation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func newSet(stack, name string, kind types.ChangeSetType, body *string) *sdk.CreateChangeSetInput {
	return &sdk.CreateChangeSetInput{StackName: &stack, ChangeSetName: &name, ChangeSetType: kind, TemplateBody: body}
}

// A change set makes a stack, which is in review until then; its name is free afterwards, and its ARN tells of it for good
// (CFN-29, 32, 37, 38).
func TestLifeOfAChangeSet(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(o *cloudformation.Options) { o.ChangeSetCreation = 2 * time.Second })
	in := newSet("web", "first", types.ChangeSetTypeCreate, one(`{"Size":1}`))
	in.RoleARN = aws.String("arn:aws:iam::123456789012:role/deploy")
	made := ok(s, s.CreateChangeSet, in)
	if !strings.HasPrefix(*made.Id, "arn:aws:cloudformation:us-east-1:123456789012:changeSet/first/") || !strings.Contains(*made.StackId, ":stack/web/") {
		t.Errorf("%s, %s", *made.Id, *made.StackId)
	}
	stack := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("web")}).Stacks[0]
	if stack.StackStatus != types.StackStatusReviewInProgress || *stack.StackStatusReason != "User Initiated" {
		t.Errorf("%+v", stack)
	}
	byName := &sdk.DescribeChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("first")}
	if got := ok(s, s.DescribeChangeSet, byName); got.Status != types.ChangeSetStatusCreatePending || got.ExecutionStatus != types.ExecutionStatusUnavailable || len(got.Changes) != 0 {
		t.Errorf("%+v", got)
	}
	if got := ok(s, s.ListChangeSets, &sdk.ListChangeSetsInput{StackName: aws.String("web")}).Summaries[0]; got.Status != types.ChangeSetStatusCreatePending {
		t.Errorf("%+v", got)
	}
	execute := &sdk.ExecuteChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("first"), ClientRequestToken: aws.String("t")}
	refused(s, s.ExecuteChangeSet, execute, "InvalidChangeSetStatus", "ChangeSet ["+*made.Id+"] cannot be executed in its current status of [CREATE_PENDING]")
	s.Now = s.Now.Add(2 * time.Second)
	got := ok(s, s.DescribeChangeSet, byName)
	equal(t, got.Changes, []types.Change{{Type: types.ChangeTypeResource, ResourceChange: &types.ResourceChange{
		Action: types.ChangeActionAdd, LogicalResourceId: aws.String("A"), ResourceType: aws.String("AWS::Fake::Thing"),
	}}})
	if got.Status != types.ChangeSetStatusCreateComplete || got.ExecutionStatus != types.ExecutionStatusAvailable {
		t.Errorf("%+v", got)
	}
	ok(s, s.ExecuteChangeSet, execute)
	ok(s, s.ExecuteChangeSet, execute) // CFN-40
	s.settle(*made.StackId)
	ok(s, s.ExecuteChangeSet, execute)
	s.expect(*made.StackId, cfn.CreateComplete)
	events := ok(s, s.DescribeStackEvents, &sdk.DescribeStackEventsInput{StackName: aws.String("web")}).StackEvents
	if first := events[len(events)-1]; first.ResourceStatus != "REVIEW_IN_PROGRESS" || *first.ResourceStatusReason != "User Initiated" {
		t.Errorf("%+v", first)
	}
	refused(s, s.DescribeChangeSet, byName, "ChangeSetNotFound", "ChangeSet [first] does not exist")
	byARN := &sdk.DescribeChangeSetInput{ChangeSetName: made.Id}
	if got := ok(s, s.DescribeChangeSet, byARN); got.ExecutionStatus != types.ExecutionStatusExecuteComplete {
		t.Errorf("%+v", got)
	}
	if stack := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("web")}).Stacks[0]; *stack.ChangeSetId != *made.Id || *stack.RoleARN != *in.RoleARN {
		t.Errorf("%+v", stack)
	}
	ok(s, s.DeleteChangeSet, &sdk.DeleteChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("first")})
	refused(s, s.DeleteChangeSet, &sdk.DeleteChangeSetInput{ChangeSetName: made.Id}, "InvalidChangeSetStatus", "Cannot delete ChangeSet in execution status EXECUTE_COMPLETE")

	again := ok(s, s.CreateChangeSet, newSet("web", "first", "", one(`{"Size":2}`)))
	if *again.Id == *made.Id {
		t.Error("the old one is answered")
	}
	ok(s, s.DeleteChangeSet, &sdk.DeleteChangeSetInput{ChangeSetName: again.Id})
	refused(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: again.Id}, "ChangeSetNotFound", "ChangeSet ["+*again.Id+"] does not exist")
	ok(s, s.DeleteChangeSet, &sdk.DeleteChangeSetInput{ChangeSetName: again.Id})
	invalid(s, s.CreateChangeSet, newSet("web", "more", types.ChangeSetTypeCreate, one(`{}`)), "Stack [web] already exists and cannot be created again with the changeSet [more].")
}

// Changes are told with their reasons, and with values if these are asked for (CFN-41 to CFN-44).
func TestChangesOfAChangeSet(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const text = `{"Parameters":{"N":{"Type":"Number"}},"Resources":{"A":{"Type":"AWS::Fake::Thing","Properties":{"Size":{"Ref":"N"},"ThingName":"a"}},
		"B":{"Type":"AWS::Fake::Thing","Properties":{"Of":{"Fn::GetAtt":["A","Arn"]}}}}}`
	size := func(n string) []types.Parameter {
		return []types.Parameter{{ParameterKey: aws.String("N"), ParameterValue: &n}}
	}
	made := s.create("web", aws.String(text), func(in *sdk.CreateStackInput) { in.Parameters = size("1") })
	physical := cfn.FindResource(s.Store.Read(), made.ID, "A").PhysicalID
	in := newSet("web", "c", "", aws.String(text))
	in.Parameters = size("2")
	ok(s, s.CreateChangeSet, in)
	describe := &sdk.DescribeChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("c")}
	plain := ok(s, s.DescribeChangeSet, describe).Changes
	if len(plain) != 2 || *plain[1].ResourceChange.LogicalResourceId != "B" || plain[1].ResourceChange.Details[0].Evaluation != types.EvaluationTypeDynamic {
		t.Errorf("%+v", plain)
	}
	describe.IncludePropertyValues = aws.Bool(true)
	target := &types.ResourceTargetDefinition{
		Attribute: types.ResourceAttributeProperties, Name: aws.String("Size"), RequiresRecreation: types.RequiresRecreationNever,
		Path: aws.String("/Properties/Size"), BeforeValue: aws.String("1"), AfterValue: aws.String("2"), AttributeChangeType: types.AttributeChangeTypeModify,
	}
	equal(t, ok(s, s.DescribeChangeSet, describe).Changes, []types.Change{{Type: types.ChangeTypeResource, ResourceChange: &types.ResourceChange{
		Action: types.ChangeActionModify, LogicalResourceId: aws.String("A"), PhysicalResourceId: &physical, ResourceType: aws.String("AWS::Fake::Thing"),
		Replacement: types.ReplacementFalse, Scope: []types.ResourceAttribute{types.ResourceAttributeProperties},
		BeforeContext: aws.String(`{"Properties":{"Size":"1","ThingName":"a"}}`), AfterContext: aws.String(`{"Properties":{"Size":"2","ThingName":"a"}}`),
		Details: []types.ResourceChangeDetail{
			{ChangeSource: types.ChangeSourceDirectModification, Evaluation: types.EvaluationTypeDynamic, Target: target},
			{ChangeSource: types.ChangeSourceParameterReference, Evaluation: types.EvaluationTypeStatic, CausingEntity: aws.String("N"), Target: target},
		},
	}}})
	ok(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("c"), DisableRollback: aws.Bool(true)})
	if now := s.settle(made.ID); now.Status != cfn.UpdateComplete || now.Parameters[0].Value != "2" {
		t.Errorf("%+v", now)
	}
}

// A change set without changes has failed, in words that clients compare (CFN-35, CFN-117).
func TestChangeSetWithoutChanges(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.create("web", one(`{"Size":1}`))
	made := ok(s, s.CreateChangeSet, newSet("web", "c", "", one(`{"Size":"1"}`)))
	got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id})
	if got.Status != types.ChangeSetStatusFailed || got.ExecutionStatus != types.ExecutionStatusUnavailable || len(got.Changes) != 0 ||
		*got.StatusReason != "The submitted information didn't contain changes. Submit different information to create a change set." {
		t.Errorf("%+v", got)
	}
	refused(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id}, "InvalidChangeSetStatus", "ChangeSet ["+*made.Id+"] cannot be executed in its current status of [FAILED]")
	// What changes outputs alone is a change.
	made = ok(s, s.CreateChangeSet, newSet("web", "d", "", one(`{"Size":1}`, `,"Outputs":{"O":{"Value":"x"}}`)))
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id}); got.ExecutionStatus != types.ExecutionStatusAvailable {
		t.Errorf("%+v", got)
	}
	invalid(s, s.CreateChangeSet, newSet("web", "e", "", aws.String(`{"Resources":{"A":{"Type":"AWS::Fake::Other"}}}`)),
		"Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]")
}

// A request that comes again with its token has the same answer; another one is told in what it differs (CFN-33).
func TestTokensOfChangeSets(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.create("web", one(`{"Size":1}`))
	in := newSet("web", "c", "", one(`{"Size":2}`))
	in.ClientToken, in.Description = aws.String("t"), aws.String("one")
	first := ok(s, s.CreateChangeSet, in)
	if again := ok(s, s.CreateChangeSet, in); *again.Id != *first.Id || *again.StackId != *first.StackId {
		t.Errorf("%+v", again)
	}
	in.Description = aws.String("two")
	refused(s, s.CreateChangeSet, in, "AlreadyExistsException", "ChangeSet c cannot be created due to a mismatch with existing attribute Description")
	in.Description, in.ClientToken = aws.String("one"), nil
	refused(s, s.CreateChangeSet, in, "AlreadyExistsException", "ChangeSet c cannot be created due to a mismatch with existing attribute ClientToken")
	in.TemplateBody = one(`{"Size":3}`)
	refused(s, s.CreateChangeSet, in, "AlreadyExistsException", "ChangeSet c cannot be created due to a mismatch with existing attribute Template")
	plain := newSet("web", "d", "", one(`{"Size":2}`))
	if a, b := ok(s, s.CreateChangeSet, plain), ok(s, s.CreateChangeSet, plain); *a.Id != *b.Id {
		t.Errorf("%s, and again %s", *a.Id, *b.Id)
	}
}

// Change sets are obsolete when the stack becomes another one, and go when one of them is executed (CFN-16).
func TestObsoleteChangeSets(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := ok(s, s.CreateChangeSet, newSet("web", "c", types.ChangeSetTypeCreate, one(`{"Size":1}`)))
	created := ok(s, s.CreateStack, &sdk.CreateStackInput{StackName: aws.String("web"), TemplateBody: one(`{"Size":2}`)})
	if *created.StackId != *made.StackId {
		t.Errorf("%s, and it was %s", *created.StackId, *made.StackId)
	}
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id}); got.ExecutionStatus != types.ExecutionStatusObsolete {
		t.Errorf("%+v", got)
	}
	refused(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id}, "InvalidChangeSetStatus", "ChangeSet ["+*made.Id+"] cannot be executed in its current execution status of [OBSOLETE]")
	invalid(s, s.CreateChangeSet, newSet("web", "d", "", one(`{}`)), "Stack:"+*made.StackId+" is in CREATE_IN_PROGRESS state and can not be updated.")
	s.settle(*made.StackId)
	d := ok(s, s.CreateChangeSet, newSet("web", "d", "", one(`{"Size":3}`)))
	e := ok(s, s.CreateChangeSet, newSet("web", "e", "", one(`{"Size":4}`)))
	ok(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: d.Id})
	refused(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: e.Id}, "ChangeSetNotFound", "ChangeSet ["+*e.Id+"] does not exist")
	s.settle(*made.StackId)
	failed := s.create("failed", one(`{"Fail":1}`), func(in *sdk.CreateStackInput) { in.DisableRollback = aws.Bool(true) })
	ok(s, s.RollbackStack, &sdk.RollbackStackInput{StackName: aws.String("failed")})
	s.settle(failed.ID)
	invalid(s, s.CreateChangeSet, newSet("failed", "d", "", one(`{}`)), "Stack:"+failed.ID+" is in ROLLBACK_COMPLETE state and can not be updated.")
	f := ok(s, s.CreateChangeSet, newSet("web", "f", "", one(`{"Size":5}`)))
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web")})
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: f.Id}); got.ExecutionStatus != types.ExecutionStatusObsolete {
		t.Errorf("%+v", got)
	}
	// The stack in review can be deleted, and takes its change sets along when it is forgotten.
	other := ok(s, s.CreateChangeSet, newSet("other", "c", types.ChangeSetTypeCreate, one(`{}`)))
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("other")})
	s.settle(*other.StackId)
	s.expect(*other.StackId, cfn.DeleteComplete)
}

// What cannot be asked of change sets is refused (CFN-34, CFN-39).
func TestRefusedChangeSets(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	invalid(s, s.CreateChangeSet, newSet("no", "c", "", one(`{}`)), "Stack [no] does not exist")
	invalid(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: aws.String("c")}, "StackName must be specified if ChangeSetName is not specified as an ARN.")
	invalid(s, s.DeleteChangeSet, &sdk.DeleteChangeSetInput{ChangeSetName: aws.String("c"), StackName: aws.String("no")}, "Stack [no] does not exist")
	invalid(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: aws.String("c"), StackName: aws.String("no")}, "Stack [no] does not exist")
	unbuilt(s, s.CreateChangeSet, newSet("web", "c", types.ChangeSetTypeImport, one(`{}`)), "change sets that import resources")
	in := newSet("web", "c", types.ChangeSetTypeCreate, one(`{}`))
	in.ImportExistingResources = aws.Bool(true)
	unbuilt(s, s.CreateChangeSet, in, "ImportExistingResources")
	in.ImportExistingResources, in.DeploymentMode = nil, types.DeploymentModeRevertDrift
	unbuilt(s, s.CreateChangeSet, in, "the DeploymentMode REVERT_DRIFT")
	update := newSet("web", "c", "", one(`{}`))
	update.OnStackFailure = types.OnStackFailureDelete
	invalid(s, s.CreateChangeSet, update, "OnStackFailure DELETE is valid for change sets of the type CREATE only")
	previous := newSet("web", "c", types.ChangeSetTypeCreate, one(`{}`))
	previous.Parameters = []types.Parameter{{ParameterKey: aws.String("N"), UsePreviousValue: aws.Bool(true)}}
	invalid(s, s.CreateChangeSet, previous, "Cannot specify UsePreviousValue on Parameters when ChangeSetType is CREATE")
	both := newSet("both", "c", types.ChangeSetTypeCreate, one(`{}`))
	both.OnStackFailure = types.OnStackFailureDelete
	invalid(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: ok(s, s.CreateChangeSet, both).Id, DisableRollback: aws.Bool(true)},
		"DisableRollback must not be specified for a change set with OnStackFailure")
	in.DeploymentMode, in.IncludeNestedStacks = "", aws.Bool(true) // as the CDK always says (CFN-120)
	in.DeploymentConfig = &types.DeploymentConfig{Mode: types.DeploymentConfigModeStandard}
	ok(s, s.CreateChangeSet, in)
}

// What SSM has now is a change by itself (CFN-46, CFN-95).
func TestChangeSetOfAStoredValue(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	body := one(`{"Image":{"Ref":"Image"}}`, `,"Parameters":{"Image":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/image"}}`)
	s.ssm["/image"] = "one"
	s.create("web", body)
	s.ssm["/image"] = "two"
	in := newSet("web", "c", "", nil)
	in.UsePreviousTemplate = aws.Bool(true)
	made := ok(s, s.CreateChangeSet, in)
	got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id, IncludePropertyValues: aws.Bool(true)})
	if p := got.Parameters[0]; *p.ParameterValue != "/image" || *p.ResolvedValue != "two" {
		t.Errorf("%+v", p)
	}
	detail := got.Changes[0].ResourceChange.Details[1]
	if detail.ChangeSource != types.ChangeSourceParameterReference || *detail.CausingEntity != "Image" || *detail.Target.BeforeValue != "one" || *detail.Target.AfterValue != "two" {
		t.Errorf("%+v, %+v", detail, detail.Target)
	}
}

// An export that is missing does not fail a change set, which warns of it where values are shown (CFN-45).
func TestMissingExportInAChangeSet(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := ok(s, s.CreateChangeSet, newSet("web", "c", types.ChangeSetTypeCreate, one(`{"V":{"Fn::ImportValue":"gone"}}`)))
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id}); got.StatusReason != nil || got.ExecutionStatus != types.ExecutionStatusAvailable {
		t.Errorf("%+v", got)
	}
	got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id, IncludePropertyValues: aws.Bool(true)})
	const want = "[WARN] --include-property-values option can return incomplete ChangeSet data because: ChangeSet creation failed for resource [A] because: No export named gone"
	if aws.ToString(got.StatusReason) != want {
		t.Errorf("%s", aws.ToString(got.StatusReason))
	}
	invalid(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id}, "No export named gone found.")
	s.update(func(tx *store.Tx) {
		cfn.PutExport(tx, &cfn.Export{Scope: scope, Name: "gone", Value: "x", StackID: "s"})
	})
	ok(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id})
	s.settle(*made.StackId)
	s.expect(*made.StackId, cfn.CreateComplete)
}
