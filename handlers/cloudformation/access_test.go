package cloudformation_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Source: Service Authorization Reference, AWS CloudFormation.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		here  = "arn:aws:cloudformation:us-east-1:111122223333:"
		role  = "arn:aws:iam::111122223333:role/deploy"
		all   = `"StackName":"web","RoleARN":"` + role + `","ResourceTypes":["AWS::ECS::*"],"TemplateURL":"https://b/t","Tags":[{"Key":"Team","Value":"red"}]`
		keys  = " aws:requesttag/team=red aws:tagkeys=Team"
		rest  = " cloudformation:resourcetypes=AWS::ECS::* cloudformation:rolearn=" + role
		url   = " cloudformation:templateurl=https://b/t"
		pass  = "iam:PassRole " + role + " iam:passedtoservice=cloudformation.amazonaws.com"
		byARN = here + "stack/web/1"
	)
	service := cloudformation.New(cloudformation.Options{}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("CreateStack", `{"StackName":"web"}`, "cloudformation:CreateStack stack/web/*"),
		apitest.Ask("CreateStack", `{`+all+`,"StackPolicyURL":"https://b/p"}`,
			"cloudformation:CreateStack stack/web/*"+keys+rest+" cloudformation:stackpolicyurl=https://b/p"+url, pass),
		apitest.Ask("UpdateStack", `{`+all+`}`, "cloudformation:UpdateStack stack/web/*"+keys+rest+url, pass),
		apitest.Ask("UpdateStack", `{"StackName":"`+byARN+`"}`, "cloudformation:UpdateStack stack/web/1"),
		apitest.Ask("CreateChangeSet", `{`+all+`,"ChangeSetName":"one","ResourcesToImport":[{"ResourceType":"AWS::ECS::Cluster"}]}`,
			"cloudformation:CreateChangeSet stack/web/*"+keys+" cloudformation:changesetname=one cloudformation:importresourcetypes=AWS::ECS::Cluster"+rest+url, pass),
		apitest.Ask("SetStackPolicy", `{"StackName":"web","StackPolicyURL":"https://b/p"}`, "cloudformation:SetStackPolicy stack/web/* cloudformation:stackpolicyurl=https://b/p"),
		apitest.Ask("DescribeChangeSet", `{"StackName":"web","ChangeSetName":"one"}`, "cloudformation:DescribeChangeSet stack/web/* cloudformation:changesetname=one"),
		apitest.Ask("ExecuteChangeSet", `{"StackName":"web","ChangeSetName":"one"}`, "cloudformation:ExecuteChangeSet stack/web/* cloudformation:changesetname=one"),
		apitest.Ask("DeleteChangeSet", `{"StackName":"web","ChangeSetName":"one"}`, "cloudformation:DeleteChangeSet stack/web/* cloudformation:changesetname=one"),
		apitest.Ask("DescribeChangeSetHooks", `{"ChangeSetName":"`+here+`changeSet/one/2"}`, "cloudformation:DescribeChangeSetHooks stack/*/* cloudformation:changesetname=one"),
		apitest.Ask("DescribeStacks", `{}`, "cloudformation:DescribeStacks stack/*/*"),
		apitest.Ask("ValidateTemplate", `{"TemplateURL":"https://b/t"}`, "cloudformation:ValidateTemplate *"),
		apitest.Ask("ListStacks", `{}`, "cloudformation:ListStacks stack/*/*"),
	}
	for _, operation := range []string{"DeleteStack", "RollbackStack", "ContinueUpdateRollback"} {
		table = append(table,
			apitest.Ask(operation, `{"StackName":"web"}`, "cloudformation:"+operation+" stack/web/*"),
			apitest.Ask(operation, `{"StackName":"web","RoleARN":"`+role+`"}`, "cloudformation:"+operation+" stack/web/* cloudformation:rolearn="+role, pass))
	}
	for _, operation := range []string{
		"CancelUpdateStack", "DescribeEvents", "DescribeStackEvents", "DescribeStackResource", "DescribeStackResourceDrifts", "DescribeStackResources",
		"DescribeStacks", "DetectStackDrift", "DetectStackResourceDrift", "GetStackPolicy", "GetTemplate", "GetTemplateSummary", "ListChangeSets",
		"ListStackResources", "SignalResource", "UpdateTerminationProtection",
	} {
		table = append(table,
			apitest.Ask(operation, `{"StackName":"web"}`, "cloudformation:"+operation+" stack/web/*"),
			apitest.Ask(operation, `{"StackName":"`+byARN+`"}`, "cloudformation:"+operation+" stack/web/1"))
	}
	apitest.AskedBy(t, service, table)
}

// A request that names a change set by its ARN alone asks on the stack, whose tags count also by its name.
func TestStacksOfWhatRequestsAsk(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	web := s.stands("web", func(c *cfn.Stack) { c.Tags = []cfn.Tag{{Key: "Team", Value: "red"}} })
	set := ok(s, s.CreateChangeSet, newSet("web", "c", "", one(`{}`)))
	service := cloudformation.New(cloudformation.Options{Store: s.Store, Now: s.Clock}).Service()
	config, asked := s.Refuse(service, awsapi.Caller{})
	got := apitest.For(asked, sdk.NewFromConfig(config).DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: set.Id})
	if want := "cloudformation:DescribeChangeSet " + web.ID + ", cloudformation:changesetname=c"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, id := range []string{web.ID, cfn.StackPrefix(scope) + "web/*"} {
		if tags := service.Tags(id); len(tags) != 1 || tags[0].Value != "red" {
			t.Errorf("%s: %v", id, tags)
		}
	}
	if tags := service.Tags(cfn.StackPrefix(scope) + "no/*"); tags != nil {
		t.Error(tags)
	}
}
