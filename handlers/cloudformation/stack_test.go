package cloudformation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// equal compares answers without what is not on the wire.
func equal(t *testing.T, got, want any) {
	t.Helper()
	hidden := cmp.FilterPath(func(p cmp.Path) bool {
		field, is := p.Last().(cmp.StructField)
		return is && (field.Name() == "ResultMetadata" || field.Name()[0] >= 'a')
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, hidden, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A stack under way has what was recorded (CFN-2, CFN-8, CFN-74).
func TestDescribeStacks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.stands("web", func(c *cfn.Stack) {
		c.Status, c.Reason, c.UpdatedAt, c.ChangeSetID, c.RoleARN = cfn.UpdateInProgress, "User Initiated", s.Now.Add(time.Minute), "arn:cs", "arn:role"
		c.Description, c.Capabilities, c.Tags = "a web", []string{"CAPABILITY_IAM"}, []cfn.Tag{{Key: "Team", Value: "red"}}
		c.Parameters = []cfn.Parameter{
			{Key: "Size", Value: "2"}, {Key: "Pin", Value: "1234", NoEcho: true},
			{Key: "Image", Value: "/ami", Resolved: "ami-1"}, {Key: "Hidden", Value: "/pin", Resolved: "1234", NoEcho: true},
		}
		c.Outputs = []cfn.Output{{Key: "URL", Value: "http://a", ExportName: "url"}}
		c.LastOperations = []cfn.LastOperation{{ID: "op-2", Kind: cfn.UpdateStack}}
	})
	got := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("web")})
	text := aws.String
	equal(t, got.Stacks, []types.Stack{{
		StackId: &made.ID, StackName: text("web"), StackStatus: types.StackStatusUpdateInProgress, StackStatusReason: text("User Initiated"),
		ChangeSetId: text("arn:cs"), RoleARN: text("arn:role"), Description: text("a web"), CreationTime: &made.CreatedAt, LastUpdatedTime: &made.UpdatedAt,
		DisableRollback: aws.Bool(false), EnableTerminationProtection: aws.Bool(false), RollbackConfiguration: &types.RollbackConfiguration{},
		DeploymentConfig: &types.DeploymentConfig{Mode: types.DeploymentConfigModeStandard, DisableRollback: aws.Bool(false)},
		Capabilities:     []types.Capability{types.CapabilityCapabilityIam}, Tags: []types.Tag{{Key: text("Team"), Value: text("red")}},
		Parameters: []types.Parameter{
			{ParameterKey: text("Size"), ParameterValue: text("2")}, {ParameterKey: text("Pin"), ParameterValue: text("****")},
			{ParameterKey: text("Image"), ParameterValue: text("/ami"), ResolvedValue: text("ami-1")},
			{ParameterKey: text("Hidden"), ParameterValue: text("****"), ResolvedValue: text("****")},
		},
		Outputs:          []types.Output{{OutputKey: text("URL"), OutputValue: text("http://a"), ExportName: text("url")}},
		LastOperations:   []types.OperationEntry{{OperationId: text("op-2"), OperationType: types.OperationTypeUpdateStack}},
		DriftInformation: &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked},
	}})
}

// A deleted stack is found by its ARN alone, and says nothing of protection (CFN-8, CFN-9).
func TestDeletedStack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	gone := s.stands("web", func(c *cfn.Stack) { c.Status, c.DeletedAt = cfn.DeleteComplete, s.Now })
	invalid(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("web")}, "Stack with id web does not exist")
	got := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: &gone.ID}).Stacks[0]
	if got.EnableTerminationProtection != nil || !got.DeletionTime.Equal(s.Now) {
		t.Errorf("%+v", got)
	}
	if all := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{}); len(all.Stacks) != 0 {
		t.Errorf("%d stacks", len(all.Stacks))
	}
	if all := ok(s, s.ListStacks, &sdk.ListStacksInput{}); len(all.StackSummaries) != 1 {
		t.Errorf("%d summaries", len(all.StackSummaries))
	}
}

// Who names what is not there hears of it in the words of the operation (CFN-9, 10, 12, 39, 90).
func TestStacksThatAreNotThere(t *testing.T) {
	t.Parallel()
	s, name := newScene(t), aws.String("no")
	s.stands("web")
	invalid(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: name}, "Stack with id no does not exist")
	invalid(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: name}, "Stack with id no does not exist")
	invalid(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{StackName: name}, "Stack with id no does not exist")
	invalid(s, s.ListStackResources, &sdk.ListStackResourcesInput{StackName: name}, "Stack with id no does not exist")
	invalid(s, s.DescribeStackEvents, &sdk.DescribeStackEventsInput{StackName: name}, "Stack [no] does not exist")
	invalid(s, s.DescribeEvents, &sdk.DescribeEventsInput{StackName: name}, "Stack [no] does not exist")
	invalid(s, s.ListChangeSets, &sdk.ListChangeSetsInput{StackName: name}, "Stack [no] does not exist")
	invalid(s, s.DescribeStackResource, &sdk.DescribeStackResourceInput{StackName: name, LogicalResourceId: aws.String("A")}, "Stack 'no' does not exist")
	invalid(s, s.DescribeStackResource, &sdk.DescribeStackResourceInput{StackName: aws.String("web"), LogicalResourceId: aws.String("A")},
		"Resource A does not exist for stack web")
	invalid(s, s.GetTemplate, &sdk.GetTemplateInput{}, "StackName is required if ChangeSetName is not specified.")
	invalid(s, s.GetTemplate, &sdk.GetTemplateInput{ChangeSetName: aws.String("one")}, "StackName is a required parameter.")
	refused(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("web"), ChangeSetName: aws.String("one")}, "ChangeSetNotFound", "ChangeSet [one] does not exist")
	invalid(s, s.ListImports, &sdk.ListImportsInput{ExportName: name}, "Export 'no' is not imported by any stack.")
	invalid(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: aws.String("_a")}, "1 validation error detected: Value '_a' at 'stackName' failed to satisfy "+
		"constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*")
}

// Lists come in pages, the newest stacks first.
func TestPagesOfStacks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for i := range 150 {
		s.stands(fmt.Sprintf("s%03d", i), func(c *cfn.Stack) {
			c.CreatedAt = s.Now.Add(time.Duration(i) * time.Minute)
			if i%3 == 0 {
				c.Status = cfn.CreateFailed
			}
		})
	}
	var names []string
	for in := (&sdk.DescribeStacksInput{}); ; {
		out := ok(s, s.DescribeStacks, in)
		for _, each := range out.Stacks {
			names = append(names, *each.StackName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if len(names) != 150 || names[0] != "s149" || names[149] != "s000" {
		t.Errorf("%d: %v", len(names), names)
	}
	failed := ok(s, s.ListStacks, &sdk.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusCreateFailed}})
	if len(failed.StackSummaries) != 50 || failed.NextToken != nil {
		t.Errorf("%d failed", len(failed.StackSummaries))
	}
	invalid(s, s.ListStacks, &sdk.ListStacksInput{NextToken: aws.String("!")}, "Invalid NextToken")
}

// Resources come in order of their logical ids (CFN-99, CFN-100).
func TestResources(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.stands("web")
	s.update(func(tx *store.Tx) {
		for _, id := range []string{"B", "A", "Waiting", "Failed"} {
			r := &cfn.Resource{StackID: web.ID, LogicalID: id, Type: "AWS::SNS::Topic", Status: cfn.ResourceCreateComplete, PhysicalID: "id-" + id, ChangedAt: s.Now}
			switch id {
			case "Waiting":
				r.Status = ""
			case "Failed":
				r.Status, r.PhysicalID, r.Reason = cfn.ResourceCreateFailed, "", "no"
			}
			cfn.PutResource(tx, r)
		}
	})
	list := ok(s, s.ListStackResources, &sdk.ListStackResourcesInput{StackName: aws.String("web")})
	var ids string
	for _, r := range list.StackResourceSummaries {
		ids += *r.LogicalResourceId + " "
	}
	if ids != "A B Failed " {
		t.Error(ids)
	}
	by := ok(s, s.DescribeStackResources, &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("id-B"), LogicalResourceId: aws.String("B")})
	equal(t, by.StackResources, []types.StackResource{{
		StackId: &web.ID, StackName: aws.String("web"), LogicalResourceId: aws.String("B"), PhysicalResourceId: aws.String("id-B"), ResourceType: aws.String("AWS::SNS::Topic"),
		Timestamp: &s.Now, ResourceStatus: types.ResourceStatusCreateComplete,
		DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
	}})
	one := ok(s, s.DescribeStackResource, &sdk.DescribeStackResourceInput{StackName: aws.String("web"), LogicalResourceId: aws.String("A")})
	if *one.StackResourceDetail.Metadata != "{}" || *one.StackResourceDetail.PhysicalResourceId != "id-A" {
		t.Errorf("%+v", one.StackResourceDetail)
	}
	for _, id := range []string{"Failed", "Waiting"} {
		invalid(s, s.DescribeStackResource, &sdk.DescribeStackResourceInput{StackName: aws.String("web"), LogicalResourceId: &id},
			"Resource "+id+" does not exist for stack web")
	}
	invalid(s, s.DescribeStackResources, &sdk.DescribeStackResourcesInput{PhysicalResourceId: aws.String("x")}, "Stack for x does not exist")
	invalid(s, s.DescribeStackResources, &sdk.DescribeStackResourcesInput{}, "Either StackName or PhysicalResourceId must be specified.")
}

// Metadata has the values of what it refers to (CFN-100).
func TestMetadata(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made := s.create("web", aws.String(`{"Resources":{"A":{"Type":"AWS::Fake::Thing"},
		"B":{"Type":"AWS::Fake::Thing","Metadata":{"Config":{"Cluster":{"Ref":"A"},"Arn":{"Fn::Sub":"${A.Arn}!"},"Count":1}}}}}`))
	id := cfn.FindResource(s.Store.Read(), made.ID, "A").PhysicalID
	got := ok(s, s.DescribeStackResource, &sdk.DescribeStackResourceInput{StackName: &made.ID, LogicalResourceId: aws.String("B")})
	if want := `{"Config":{"Cluster":"` + id + `","Arn":"arn:` + id + `!","Count":1}}`; *got.StackResourceDetail.Metadata != want {
		t.Errorf("%s, want %s", *got.StackResourceDetail.Metadata, want)
	}
}

// Events come the newest first, each once, also where more come between two pages (CFN-23).
func TestEvents(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.stands("web", func(c *cfn.Stack) { c.LastOperations = []cfn.LastOperation{{ID: "op", Kind: cfn.CreateStack}} })
	add := func(n int, operation, status string) {
		s.update(func(tx *store.Tx) {
			for range n {
				cfn.AppendEvents(tx, web.ID, []*cfn.Event{{
					ID: "e", StackName: "web", OperationID: operation, Token: "t", LogicalID: "A", Type: "AWS::SNS::Topic", At: s.Now, Status: status, Properties: `{"A":"1"}`,
				}})
			}
		})
	}
	add(250, "op", "CREATE_COMPLETE")
	add(1, "other", "CREATE_FAILED")
	count, pages := 0, 0
	for in := (&sdk.DescribeStackEventsInput{StackName: aws.String("web")}); ; pages++ {
		out := ok(s, s.DescribeStackEvents, in)
		if count += len(out.StackEvents); pages == 0 {
			equal(t, out.StackEvents[0], types.StackEvent{
				StackId: &web.ID, StackName: aws.String("web"), EventId: aws.String("e"), OperationId: aws.String("other"), ClientRequestToken: aws.String("t"),
				LogicalResourceId: aws.String("A"), PhysicalResourceId: aws.String(""), ResourceType: aws.String("AWS::SNS::Topic"), Timestamp: &s.Now,
				ResourceStatus: types.ResourceStatusCreateFailed, ResourceProperties: aws.String(`{"A":"1"}`),
			})
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
		add(1, "op", "CREATE_COMPLETE")
	}
	if count != 251 || pages != 2 {
		t.Errorf("%d events, %d pages", count, pages+1)
	}
	invalid(s, s.DescribeStackEvents, &sdk.DescribeStackEventsInput{StackName: aws.String("web"), NextToken: aws.String("x")}, "Invalid NextToken")

	failed := ok(s, s.DescribeEvents, &sdk.DescribeEventsInput{StackName: aws.String("web"), Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}})
	if len(failed.OperationEvents) != 1 || failed.OperationEvents[0].EventType != types.EventTypeProvisioningError {
		t.Errorf("%+v", failed.OperationEvents)
	}
	of := ok(s, s.DescribeEvents, &sdk.DescribeEventsInput{OperationId: aws.String("op")})
	if len(of.OperationEvents) != 100 || of.OperationEvents[0].OperationType != types.OperationTypeCreateStack {
		t.Errorf("%d events, %+v", len(of.OperationEvents), of.OperationEvents[0])
	}
	invalid(s, s.DescribeEvents, &sdk.DescribeEventsInput{}, "At least one of StackName, ChangeSetName and OperationId must be specified.")
	invalid(s, s.DescribeEvents, &sdk.DescribeEventsInput{OperationId: aws.String("none")}, "Operation [none] does not exist")
}

// Exports and who uses them (CFN-69).
func TestExports(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web, user := s.stands("web"), s.stands("user")
	s.update(func(tx *store.Tx) {
		cfn.PutExport(tx, &cfn.Export{Scope: scope, Name: "url", Value: "http://a", StackID: web.ID, StackName: "web"})
		cfn.SetImports(tx, user, []string{"url"})
	})
	equal(t, ok(s, s.ListExports, &sdk.ListExportsInput{}).Exports, []types.Export{{ExportingStackId: &web.ID, Name: aws.String("url"), Value: aws.String("http://a")}})
	equal(t, ok(s, s.ListImports, &sdk.ListImportsInput{ExportName: aws.String("url")}).Imports, []string{"user"})
}

// A stack's template is answered as it was sent, or without its loops (CFN-22, CFN-90, CFN-91).
func TestTemplatesOfStacks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.stands("web", func(c *cfn.Stack) { c.Body, c.Processed = roleTemplate, "{}" })
	original := ok(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("web")})
	processed := ok(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("web"), TemplateStage: types.TemplateStageProcessed})
	if *original.TemplateBody != roleTemplate || *processed.TemplateBody != "{}" || len(original.StagesAvailable) != 2 {
		t.Errorf("%v, %v", original, processed)
	}
	want := &sdk.GetTemplateSummaryOutput{
		Description: aws.String("roles"), Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam}, ResourceTypes: []string{"AWS::IAM::Role"},
		CapabilitiesReason: aws.String("The following resource(s) require capabilities: [AWS::IAM::Role]"),
		Parameters: []types.ParameterDeclaration{
			{ParameterKey: aws.String("Count"), ParameterType: aws.String("Number"), DefaultValue: aws.String("0"), NoEcho: aws.Bool(false), Description: aws.String("how many"), ParameterConstraints: &types.ParameterConstraints{}},
			{ParameterKey: aws.String("Pin"), ParameterType: aws.String("String"), NoEcho: aws.Bool(true), ParameterConstraints: &types.ParameterConstraints{}},
		},
		ResourceIdentifierSummaries: []types.ResourceIdentifierSummary{{
			ResourceType: aws.String("AWS::IAM::Role"), LogicalResourceIds: []string{"Role"}, ResourceIdentifiers: []string{"RoleName"},
		}},
	}
	equal(t, ok(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{StackName: aws.String("web")}), want)
	equal(t, ok(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{TemplateBody: aws.String(roleTemplate)}), want)
	s.stands("new", func(c *cfn.Stack) { c.Status = cfn.ReviewInProgress })
	invalid(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{StackName: aws.String("new")}, "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
	unbuilt(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{StackSetName: aws.String("x")}, "GetTemplateSummary of stack sets")
}

// A change set that was executed is in no list (CFN-37, CFN-47).
func TestListChangeSets(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.stands("web")
	s.update(func(tx *store.Tx) {
		for _, name := range []string{"two", "one", "done"} {
			c := &cfn.ChangeSet{
				Scope: scope, ID: "arn:aws:cloudformation:us-east-1:123456789012:changeSet/" + name + "/1", Name: name, StackID: web.ID, StackName: "web",
				Status: cfn.ChangeSetCreateComplete, Execution: cfn.ExecutionAvailable, CreatedAt: s.Now, Settings: cfn.Settings{Body: "{" + name},
			}
			if name == "done" {
				c.Execution = cfn.ExecuteComplete
			}
			cfn.PutChangeSet(tx, c)
		}
	})
	var names string
	for _, each := range ok(s, s.ListChangeSets, &sdk.ListChangeSetsInput{StackName: &web.ID}).Summaries {
		names += *each.ChangeSetName + " " + string(each.ExecutionStatus) + " "
	}
	if names != "one AVAILABLE two AVAILABLE " {
		t.Error(names)
	}
	for name, want := range map[string]string{"one": "{one", "arn:aws:cloudformation:us-east-1:123456789012:changeSet/done/1": "{done"} {
		if got := ok(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("web"), ChangeSetName: &name}); *got.TemplateBody != want {
			t.Errorf("%s: %s", name, *got.TemplateBody)
		}
	}
	refused(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: aws.String("web"), ChangeSetName: aws.String("done")}, "ChangeSetNotFound", "ChangeSet [done] does not exist")
}
