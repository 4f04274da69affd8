package cloudformation_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// FuzzRequests: no form has an answer that is a failure of the emulator's.
func FuzzRequests(f *testing.F) {
	for operation, rest := range map[string]string{
		"CreateStack": "&StackName=a&TemplateBody={\"Resources\":{\"A\":{\"Type\":\"AWS::Fake::T\"}}}&Parameters.member.1.ParameterKey=k&Tags.member.1.Key=x",
		"UpdateStack": "&StackName=a&UsePreviousTemplate=true", "DeleteStack": "&StackName=a&RetainResources.member.1=A",
		"CreateChangeSet":  "&StackName=b&ChangeSetName=c&ChangeSetType=CREATE&TemplateBody=Resources:%0A  A: {Type: AWS::Fake::T}",
		"ExecuteChangeSet": "&StackName=b&ChangeSetName=c", "DescribeStackEvents": "&StackName=a&NextToken=MQ", "DescribeEvents": "&OperationId=1",
		"GetTemplateSummary": "&TemplateBody={}", "DescribeStackResources": "&PhysicalResourceId=x",
	} {
		f.Add(operation, rest)
	}
	rows, err := store.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer rows.Close()
	s := &scene{Scene: &apitest.Scene{Store: rows}, ssm: map[string]string{}}
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	api := cloudformation.New(cloudformation.Options{
		Store: rows, Now: func() time.Time { return at }, Types: table{},
		Environment: func(_ context.Context, who cloudformation.Actor) template.Environment { return world{s: s, who: who} },
	})
	handler := api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, operation, rest string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Version=2010-05-15&Action="+url.QueryEscape(operation)+rest))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented {
			t.Fatalf("%s%s answers %d %q", operation, rest, w.Code, w.Body)
		}
	})
}

// What no caller means is answered or refused.
func TestNonsense(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.create("web", one(`{"Size":1}`))
	set := ok(s, s.CreateChangeSet, newSet("web", "c", "", one(`{"Size":2}`)))
	parameters := []types.Parameter{{ParameterKey: aws.String("k"), ParameterValue: aws.String("v")}}
	tags := []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	apitest.Nonsense(t, s.CreateStack, sdk.CreateStackInput{
		StackName: aws.String("other"), TemplateBody: one(`{}`), Parameters: parameters, Tags: tags, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
		RollbackConfiguration: trigger("arn", "t"), OnFailure: types.OnFailureDelete,
	})
	apitest.Nonsense(t, s.UpdateStack, sdk.UpdateStackInput{StackName: aws.String("web"), TemplateBody: one(`{"Size":1}`), Parameters: parameters, Tags: tags})
	apitest.Nonsense(t, s.CreateChangeSet, sdk.CreateChangeSetInput{StackName: aws.String("web"), ChangeSetName: aws.String("d"), TemplateBody: one(`{}`), ClientToken: aws.String("t")})
	apitest.Nonsense(t, s.DescribeChangeSet, sdk.DescribeChangeSetInput{StackName: aws.String("web"), ChangeSetName: set.Id})
	apitest.Nonsense(t, s.ExecuteChangeSet, sdk.ExecuteChangeSetInput{StackName: aws.String("no"), ChangeSetName: aws.String("c")})
	apitest.Nonsense(t, s.DeleteChangeSet, sdk.DeleteChangeSetInput{StackName: aws.String("no"), ChangeSetName: aws.String("c")})
	apitest.Nonsense(t, s.ListChangeSets, sdk.ListChangeSetsInput{StackName: &web.ID})
	apitest.Nonsense(t, s.DescribeStacks, sdk.DescribeStacksInput{StackName: &web.ID})
	apitest.Nonsense(t, s.ListStacks, sdk.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusCreateComplete}})
	apitest.Nonsense(t, s.DescribeStackEvents, sdk.DescribeStackEventsInput{StackName: &web.ID})
	apitest.Nonsense(t, s.DescribeEvents, sdk.DescribeEventsInput{StackName: &web.ID, Filters: &types.EventFilter{}})
	apitest.Nonsense(t, s.DescribeStackResources, sdk.DescribeStackResourcesInput{StackName: &web.ID})
	apitest.Nonsense(t, s.GetTemplate, sdk.GetTemplateInput{StackName: &web.ID, TemplateStage: types.TemplateStageOriginal})
	apitest.Nonsense(t, s.GetTemplateSummary, sdk.GetTemplateSummaryInput{TemplateBody: one(`{}`)})
	apitest.Nonsense(t, s.ValidateTemplate, sdk.ValidateTemplateInput{TemplateBody: one(`{}`)})
	apitest.Nonsense(t, s.DeleteStack, sdk.DeleteStackInput{StackName: aws.String("no"), RetainResources: []string{"A"}, DeletionMode: types.DeletionModeStandard})
	apitest.Nonsense(t, s.UpdateTerminationProtection, sdk.UpdateTerminationProtectionInput{StackName: &web.ID, EnableTerminationProtection: aws.Bool(true)})
	apitest.Nonsense(t, s.SetStackPolicy, sdk.SetStackPolicyInput{StackName: &web.ID, StackPolicyBody: aws.String("{}")})
	apitest.Nonsense(t, s.GetStackPolicy, sdk.GetStackPolicyInput{StackName: &web.ID})
	apitest.Nonsense(t, s.RollbackStack, sdk.RollbackStackInput{StackName: &web.ID})
	apitest.Nonsense(t, s.ContinueUpdateRollback, sdk.ContinueUpdateRollbackInput{StackName: &web.ID, ResourcesToSkip: []string{"A"}})
	apitest.Nonsense(t, s.CancelUpdateStack, sdk.CancelUpdateStackInput{StackName: &web.ID})
	apitest.Nonsense(t, s.ListExports, sdk.ListExportsInput{})
	apitest.Nonsense(t, s.ListImports, sdk.ListImportsInput{ExportName: aws.String("x")})
}
