package cloudformation_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// one is a template with a resource whose properties are JSON, and perhaps more sections.
func one(properties string, more ...string) *string {
	return aws.String(`{"Resources":{"A":{"Type":"AWS::Fake::Thing","Properties":` + properties + `}}` + strings.Join(more, "") + `}`)
}

// create makes a stack and has the controller end it.
func (s *scene) create(name string, body *string, more ...func(*sdk.CreateStackInput)) *cfn.Stack {
	s.T.Helper()
	in := &sdk.CreateStackInput{StackName: &name, TemplateBody: body}
	for _, m := range more {
		m(in)
	}
	return s.settle(*ok(s, s.CreateStack, in).StackId)
}

func (s *scene) expect(stackID string, status cfn.StackStatus) {
	s.T.Helper()
	if got := cfn.StackAt(s.Store.Read(), stackID).Status; got != status {
		s.T.Errorf("%s is %s, want %s", stackID, got, status)
	}
}

// A stack is made, changed and deleted; each answer has the id of the operation (CFN-6, CFN-36, CFN-63, CFN-102).
func TestLifeOfAStack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := ok(s, s.CreateStack, &sdk.CreateStackInput{
		StackName: aws.String("web"), TemplateBody: one(`{"Size":{"Ref":"N"}}`, `,"Parameters":{"N":{"Type":"Number","Default":"1"}},"Outputs":{"O":{"Value":{"Fn::GetAtt":["A","Arn"]},"Export":{"Name":"o"}}}`),
		Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}, EnableTerminationProtection: aws.Bool(true), TimeoutInMinutes: aws.Int32(5),
	})
	id := *made.StackId
	if !regexp.MustCompile(`^arn:aws:cloudformation:us-east-1:123456789012:stack/web/[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Error(id)
	}
	under := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("web")}).Stacks[0]
	if under.StackStatus != types.StackStatusCreateInProgress || *under.StackStatusReason != "User Initiated" || *under.LastOperations[0].OperationId != *made.OperationId || *under.TimeoutInMinutes != 5 {
		t.Errorf("%+v", under)
	}
	s.settle(id)
	s.expect(id, cfn.CreateComplete)
	if first := ok(s, s.DescribeStackEvents, &sdk.DescribeStackEventsInput{StackName: &id}).StackEvents; *first[len(first)-1].EventId != *made.OperationId {
		t.Errorf("the first event is %s", *first[len(first)-1].EventId)
	}
	update := &sdk.UpdateStackInput{StackName: aws.String("web"), UsePreviousTemplate: aws.Bool(true)}
	invalid(s, s.UpdateStack, update, "No updates are to be performed.")
	update.Parameters = []types.Parameter{{ParameterKey: aws.String("N"), ParameterValue: aws.String("2")}}
	if out := ok(s, s.UpdateStack, update); *out.StackId != id || out.OperationId == nil {
		t.Errorf("%+v", out)
	}
	invalid(s, s.UpdateStack, update, "Stack:"+id+" is in UPDATE_IN_PROGRESS state and can not be updated.")
	if now := s.settle(id); now.Status != cfn.UpdateComplete || now.Tags[0].Value != "red" {
		t.Errorf("%+v", now)
	}
	invalid(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web")}, "Stack [web] cannot be deleted while TerminationProtection is enabled")
	ok(s, s.UpdateTerminationProtection, &sdk.UpdateTerminationProtectionInput{StackName: aws.String("web"), EnableTerminationProtection: aws.Bool(false)})
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web")})
	s.settle(id)
	s.expect(id, cfn.DeleteComplete)
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web")})
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: &id})
	update.StackName = &id
	invalid(s, s.UpdateStack, update, "Stack:"+id+" is in DELETE_COMPLETE state and can not be updated.")
	update.StackName = aws.String("web")
	invalid(s, s.UpdateStack, update, "Stack [web] does not exist")
}

// A request that comes again with its token has the same answer, without an operation; another one with it is refused (CFN-6, CFN-14).
func TestTokens(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	in := &sdk.CreateStackInput{StackName: aws.String("web"), TemplateBody: one(`{}`), ClientRequestToken: aws.String("t-1")}
	first := ok(s, s.CreateStack, in)
	again := ok(s, s.CreateStack, in)
	if *again.StackId != *first.StackId || again.OperationId != nil {
		t.Errorf("%+v", again)
	}
	const used = "The client request token t-1 has already been used for this stack. Retry the request with a different client request token"
	in.TemplateBody = one(`{"Size":1}`)
	refused(s, s.CreateStack, in, "TokenAlreadyExistsException", used)
	in.ClientRequestToken = nil
	refused(s, s.CreateStack, in, "AlreadyExistsException", "Stack [web] already exists")
	s.settle(*first.StackId)
	update := &sdk.UpdateStackInput{StackName: aws.String("web"), TemplateBody: one(`{"Size":2}`), ClientRequestToken: aws.String("t-1")}
	refused(s, s.UpdateStack, update, "TokenAlreadyExistsException", used)
	update.ClientRequestToken = aws.String("t-2")
	ok(s, s.UpdateStack, update)
	if again := ok(s, s.UpdateStack, update); again.OperationId != nil {
		t.Errorf("%+v", again)
	}
	s.settle(*first.StackId)
	remove := &sdk.DeleteStackInput{StackName: aws.String("web"), ClientRequestToken: aws.String("t-3")}
	ok(s, s.DeleteStack, remove)
	ok(s, s.DeleteStack, remove)
	s.settle(*first.StackId)
	in.ClientRequestToken = aws.String("t-1") // of a stack that is no more
	if next := ok(s, s.CreateStack, in); *next.StackId == *first.StackId {
		t.Error("the deleted stack is answered")
	}
}

// What a request may not say is refused in AWS's words, before anything is made.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	role := aws.String(`{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r"}}}}`)
	parameter := `,"Parameters":{"N":{"Type":"Number"}}`
	for i, c := range []struct {
		code, text string
		change     func(*sdk.CreateStackInput)
	}{
		{"", "Either Template URL or Template Body must be specified.", func(in *sdk.CreateStackInput) { in.TemplateBody = nil }},
		{"InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]", func(in *sdk.CreateStackInput) {
			in.TemplateBody, in.Capabilities = role, []types.Capability{types.CapabilityCapabilityIam}
		}},
		{"", "Resource type AWS::Fake::Thing is not allowed by parameter ResourceTypes [AWS::EC2::*]", func(in *sdk.CreateStackInput) { in.ResourceTypes = []string{"AWS::EC2::*"} }},
		{"", "Parameters: [N] must have values", func(in *sdk.CreateStackInput) { in.TemplateBody = one(`{}`, parameter) }},
		{"", "Parameters: [X] do not exist in the template", func(in *sdk.CreateStackInput) {
			in.Parameters = []types.Parameter{{ParameterKey: aws.String("X"), ParameterValue: aws.String("1")}}
		}},
		{"", "Invalid input for parameter key X. Cannot specify usePreviousValue as true for a parameter key not in the previous template", func(in *sdk.CreateStackInput) {
			in.Parameters = []types.Parameter{{ParameterKey: aws.String("X"), UsePreviousValue: aws.Bool(true)}}
		}},
		{"", "Invalid input for parameter key N. Need to specify either usePreviousValue as true or a value for the parameter", func(in *sdk.CreateStackInput) {
			in.TemplateBody, in.Parameters = one(`{}`, `,"Parameters":{"N":{"Type":"String","Default":"a"}}`), []types.Parameter{{ParameterKey: aws.String("N")}}
		}},
		{"", "Parameter 'N' must be a number.", func(in *sdk.CreateStackInput) {
			in.TemplateBody, in.Parameters = one(`{}`, parameter), []types.Parameter{{ParameterKey: aws.String("N"), ParameterValue: aws.String("x")}}
		}},
		{"", "AccessDenied. User doesn't have permission to call ssm:GetParameters", func(in *sdk.CreateStackInput) { in.TemplateBody = stored("/denied") }},
		{"", "not a name", func(in *sdk.CreateStackInput) { in.TemplateBody = stored("/invalid") }},
		{"", "Unable to fetch parameters [/gone] from parameter store for this account.", func(in *sdk.CreateStackInput) { in.TemplateBody = stored("/gone") }},
		{"", "Role ARN is invalid or cannot be assumed", func(in *sdk.CreateStackInput) { in.RoleARN = aws.String("arn:aws:iam::123456789012:role/none") }},
		{"", "No export named gone found.", func(in *sdk.CreateStackInput) { in.TemplateBody = one(`{"V":{"Fn::ImportValue":"gone"}}`) }},
		{"", "Template format error: Unrecognized resource types: [A, B::C]", func(in *sdk.CreateStackInput) {
			in.TemplateBody = aws.String(`{"Resources":{"X":{"Type":"B::C"},"Y":{"Type":"A"},"Z":{"Type":"A"}}}`)
		}},
		{"", "Either DisableRollback or OnFailure can be specified, not both.", func(in *sdk.CreateStackInput) {
			in.OnFailure, in.DeploymentConfig = types.OnFailureDelete, &types.DeploymentConfig{DisableRollback: aws.Bool(true)}
		}},
		{"", "Either DisableRollback or OnFailure can be specified, not both.", func(in *sdk.CreateStackInput) {
			in.DisableRollback, in.OnFailure = aws.Bool(true), types.OnFailureDelete
		}},
		{"", "Rollback Trigger Type not supported", func(in *sdk.CreateStackInput) { in.RollbackConfiguration = trigger("arn:x", "AWS::SNS::Topic") }},
		{"", "RelativeId of a Rollback Trigger's ARN is incorrect", func(in *sdk.CreateStackInput) {
			in.RollbackConfiguration = trigger("arn:aws:cloudwatch:us-east-1:123456789012:x", "AWS::CloudWatch::Alarm")
		}},
		{"", "aws: prefixed tag key names are not allowed for external use.", func(in *sdk.CreateStackInput) {
			in.Tags = []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("y")}}
		}},
		{"", "1 validation error detected: Value '" + strings.Repeat("a", 129) + "' at 'stackName' failed to satisfy constraint: Member must have length less than or equal to 128",
			func(in *sdk.CreateStackInput) { in.StackName = aws.String(strings.Repeat("a", 129)) }},
		{"NotImplementedException", "resources of AWS::DynamoDB::Table, Custom::X", func(in *sdk.CreateStackInput) {
			in.TemplateBody = aws.String(`{"Resources":{"X":{"Type":"Custom::X"},"Y":{"Type":"AWS::DynamoDB::Table"}}}`)
		}},
		{"NotImplementedException", "the property Unbuilt of AWS::Fake::Thing (resource A)", func(in *sdk.CreateStackInput) { in.TemplateBody = one(`{"Unbuilt":1}`) }},
		{"NotImplementedException", "CreationPolicy of AWS::Fake::Thing (resource A)", func(in *sdk.CreateStackInput) {
			in.TemplateBody = aws.String(`{"Resources":{"A":{"Type":"AWS::Fake::Thing","CreationPolicy":{"ResourceSignal":{"Count":1}}}}}`)
		}},
		{"", "Encountered unsupported property Counts in ResourceSignal", func(in *sdk.CreateStackInput) {
			in.TemplateBody = aws.String(`{"Resources":{"A":{"Type":"AWS::CloudFormation::WaitCondition","CreationPolicy":{"ResourceSignal":{"Counts":1}}}}}`)
		}},
		{"NotImplementedException", "UpdatePolicy of AWS::Fake::Thing (resource A)", func(in *sdk.CreateStackInput) {
			in.TemplateBody = aws.String(`{"Resources":{"A":{"Type":"AWS::Fake::Thing","UpdatePolicy":{"AutoScalingRollingUpdate":{}}}}}`)
		}},
		{"NotImplementedException", "NotificationARNs", func(in *sdk.CreateStackInput) { in.NotificationARNs = []string{"arn:aws:sns:us-east-1:123456789012:t"} }},
		{"NotImplementedException", "a StackPolicyURL" + withoutS3, func(in *sdk.CreateStackInput) { in.StackPolicyURL = aws.String("https://b.s3.amazonaws.com/p") }},
		{"", "Error validating stack policy: Invalid stack policy", func(in *sdk.CreateStackInput) { in.StackPolicyBody = aws.String("x") }},
		{"NotImplementedException", "the DeploymentConfig mode EXPRESS", func(in *sdk.CreateStackInput) {
			in.DeploymentConfig = &types.DeploymentConfig{Mode: types.DeploymentConfigModeExpress}
		}},
	} {
		s := newScene(t, func(o *cloudformation.Options) {
			o.Assumable = func(_ context.Context, role string) bool { return !strings.HasSuffix(role, "/none") }
		})
		in := &sdk.CreateStackInput{StackName: aws.String(fmt.Sprintf("s%d", i)), TemplateBody: one(`{}`)}
		c.change(in)
		switch c.code {
		case "":
			invalid(s, s.CreateStack, in, c.text)
		case "NotImplementedException":
			unbuilt(s, s.CreateStack, in, c.text)
		default:
			refused(s, s.CreateStack, in, c.code, c.text)
		}
		if all := cfn.Stacks(s.Store.Read(), scope); len(all) != 0 {
			t.Errorf("%s: there is a stack", c.text)
		}
	}
	// A type that no resource has is none that is missing.
	s.create("conditional", aws.String(`{"Conditions":{"No":{"Fn::Equals":["a","b"]}},"Resources":{"A":{"Type":"AWS::Fake::Thing"},"B":{"Type":"AWS::DynamoDB::Table","Condition":"No"}}}`))
	ok(s, s.CreateStack, &sdk.CreateStackInput{StackName: aws.String("role"), TemplateBody: role, Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam}})
}

// TestARoleThatIsGone: what a stack would do by the role that it has kept is refused, and done by another one.
func TestARoleThatIsGone(t *testing.T) {
	t.Parallel()
	gone := false
	s := newScene(t, func(o *cloudformation.Options) {
		o.Assumable = func(_ context.Context, role string) bool { return !gone || !strings.HasSuffix(role, "/first") }
	})
	made := s.create("web", one(`{}`), func(in *sdk.CreateStackInput) { in.RoleARN = aws.String("arn:aws:iam::123456789012:role/first") })
	set := ok(s, s.CreateChangeSet, newSet("web", "c", "", one(`{"A":"b"}`)))
	gone = true
	text := "Role arn:aws:iam::123456789012:role/first is invalid or cannot be assumed"
	update := &sdk.UpdateStackInput{StackName: aws.String("web"), TemplateBody: one(`{"A":"b"}`)}
	invalid(s, s.UpdateStack, update, text)
	invalid(s, s.ExecuteChangeSet, &sdk.ExecuteChangeSetInput{ChangeSetName: set.Id}, text)
	remove := &sdk.DeleteStackInput{StackName: aws.String("web")}
	invalid(s, s.DeleteStack, remove, text)
	update.RoleARN = aws.String("arn:aws:iam::123456789012:role/second")
	ok(s, s.UpdateStack, update)
	s.settle(made.ID)
	ok(s, s.DeleteStack, remove)
	if now := s.settle(made.ID); now.Status != cfn.DeleteComplete {
		t.Errorf("the stack is %s", now.Status)
	}
}

// stored is a template with a parameter of SSM.
func stored(name string) *string {
	return one(`{}`, `,"Parameters":{"P":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"`+name+`"}}`)
}

func trigger(arn, kind string) *types.RollbackConfiguration {
	return &types.RollbackConfiguration{RollbackTriggers: []types.RollbackTrigger{{Arn: &arn, Type: &kind}}}
}

// An update keeps what it says nothing of, and a NoEcho parameter by its previous value (CFN-55).
func TestUpdateKeeps(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	body := one(`{"Code":{"Ref":"Pin"},"Image":{"Ref":"Image"}}`, `,"Parameters":{"Pin":{"Type":"String","NoEcho":true},"Image":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/image"}}`)
	s.ssm["/image"] = "one"
	made := s.create("web", body, func(in *sdk.CreateStackInput) {
		in.Parameters = []types.Parameter{{ParameterKey: aws.String("Pin"), ParameterValue: aws.String("1234")}}
		in.Tags, in.RoleARN = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}, aws.String("arn:aws:iam::123456789012:role/deploy")
	})
	update := &sdk.UpdateStackInput{
		StackName: aws.String("web"), UsePreviousTemplate: aws.Bool(true), Parameters: []types.Parameter{{ParameterKey: aws.String("Pin"), UsePreviousValue: aws.Bool(true)}},
	}
	invalid(s, s.UpdateStack, update, "No updates are to be performed.")
	s.ssm["/image"] = "two" // CFN-95
	ok(s, s.UpdateStack, update)
	now := s.settle(made.ID)
	if p := now.Parameters; p[0].Value != "1234" || p[1].Resolved != "two" || len(now.Tags) != 1 || now.RoleARN == "" || now.Status != cfn.UpdateComplete {
		t.Errorf("%+v", now)
	}
	update.Parameters = nil
	invalid(s, s.UpdateStack, update, "Parameters: [Pin] must have values")
	update.TemplateBody = one(`{}`)
	invalid(s, s.UpdateStack, update, "You cannot specify both usePreviousTemplate and Template Body/Template URL.")
	update.TemplateBody = nil
	update.Parameters, update.Tags = []types.Parameter{{ParameterKey: aws.String("Pin"), UsePreviousValue: aws.Bool(true)}}, []types.Tag{}
	ok(s, s.UpdateStack, update)
	if now := s.settle(made.ID); len(now.Tags) != 0 || now.Status != cfn.UpdateComplete {
		t.Errorf("%+v", now)
	}
}

// A stack that has failed without a rollback is taken back, and one that cannot go on is told so (CFN-62).
func TestRollbacks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.create("web", one(`{"Fail":true}`), func(in *sdk.CreateStackInput) { in.DisableRollback = aws.Bool(true) })
	s.expect(made.ID, cfn.CreateFailed)
	invalid(s, s.CancelUpdateStack, &sdk.CancelUpdateStackInput{StackName: aws.String("web")}, "CancelUpdateStack cannot be called from current stack status")
	invalid(s, s.ContinueUpdateRollback, &sdk.ContinueUpdateRollbackInput{StackName: aws.String("web")}, "Stack:"+made.ID+" is in CREATE_FAILED state and can not continue rollback.")
	if out := ok(s, s.RollbackStack, &sdk.RollbackStackInput{StackName: aws.String("web")}); *out.StackId != made.ID || out.OperationId == nil {
		t.Errorf("%+v", out)
	}
	s.settle(made.ID)
	s.expect(made.ID, cfn.RollbackComplete)
	invalid(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: aws.String("web"), TemplateBody: one(`{}`)}, "Stack:"+made.ID+" is in ROLLBACK_COMPLETE state and can not be updated.")

	other := s.create("other", one(`{"Size":1}`))
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: aws.String("other"), TemplateBody: one(`{"Size":2}`)})
	ok(s, s.CancelUpdateStack, &sdk.CancelUpdateStackInput{StackName: aws.String("other")})
	s.settle(other.ID)
	s.expect(other.ID, cfn.UpdateRollbackComplete)
	if got := ok(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("other")}); *got.TemplateBody != *one(`{"Size":1}`) { // CFN-22
		t.Error(*got.TemplateBody)
	}
	failed := s.stands("failed", func(c *cfn.Stack) { c.Status = cfn.UpdateRollbackFailed })
	ok(s, s.ContinueUpdateRollback, &sdk.ContinueUpdateRollbackInput{StackName: &failed.ID})
	s.settle(failed.ID)
	s.expect(failed.ID, cfn.UpdateRollbackComplete)
}

// An account has at most 2,000 stacks.
func TestQuotaOfStacks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.update(func(tx *store.Tx) {
		for i := range 2000 {
			name := fmt.Sprintf("s%d", i)
			cfn.PutStack(tx, &cfn.Stack{Scope: scope, Name: name, ID: cfn.StackPrefix(scope) + name + "/1", Status: cfn.CreateComplete})
		}
	})
	refused(s, s.CreateStack, &sdk.CreateStackInput{StackName: aws.String("web"), TemplateBody: one(`{}`)}, "LimitExceededException", "Limit for stack has been exceeded")
}

// Values of NoEcho parameters are in no answer (CFN-74, CFN-75).
func TestNoEcho(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	body := one(`{"Code":{"Fn::Sub":"x-${Pin}"}}`, `,"Parameters":{"Pin":{"Type":"String","NoEcho":true}}`)
	pin := func(value string) []types.Parameter {
		return []types.Parameter{{ParameterKey: aws.String("Pin"), ParameterValue: &value}}
	}
	made := s.create("web", body, func(in *sdk.CreateStackInput) { in.Parameters = pin("s3cret") })
	changes := ok(s, s.CreateChangeSet, &sdk.CreateChangeSetInput{StackName: &made.ID, ChangeSetName: aws.String("c"), TemplateBody: body, Parameters: pin("s3cret2")})
	answers := []any{
		ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{}).Stacks[0].Parameters[0].ParameterValue,
		ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: changes.Id, IncludePropertyValues: aws.Bool(true)}).Changes[0].ResourceChange.Details[0].Target.AfterValue,
	}
	for _, e := range ok(s, s.DescribeStackEvents, &sdk.DescribeStackEventsInput{StackName: &made.ID}).StackEvents {
		answers = append(answers, e.ResourceProperties)
	}
	for _, a := range answers {
		if text, _ := a.(*string); text != nil && (strings.Contains(*text, "s3cret") || !strings.Contains(*text, "****")) {
			t.Error(*text)
		}
	}
	if strings.Contains(s.Log.String(), "s3cret") {
		t.Error("the log has the value")
	}
	if r := cfn.FindResource(s.Store.Read(), made.ID, "A"); r.Now.Properties.Get("Code").Text != "x-s3cret" {
		t.Errorf("the resource has %s", r.Now.Properties.JSON())
	}
}
