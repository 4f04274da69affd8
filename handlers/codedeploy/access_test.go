package codedeploy_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
)

func TestAccess(t *testing.T) { apitest.Access(t, codedeploy.New(codedeploy.Options{}).Service()) }

func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	config, asked := s.Refuse(codedeploy.New(codedeploy.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: aws.String("shop"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}}),
			"codedeploy:CreateApplication " + own + "application:shop, aws:requesttag/team=a, aws:tagkeys=Team\n" +
				"codedeploy:TagResource " + own + "application:shop, aws:requesttag/team=a, aws:tagkeys=Team"},
		{apitest.For(asked, c.BatchGetApplications, &sdk.BatchGetApplicationsInput{ApplicationNames: []string{"a", "b"}}),
			"codedeploy:BatchGetApplications " + own + "application:a\ncodedeploy:BatchGetApplications " + own + "application:b"},
		{apitest.For(asked, c.CreateDeploymentGroup, groupOf("shop", "web")),
			"codedeploy:CreateDeploymentGroup " + own + "deploymentgroup:shop/web\niam:PassRole " + role + ", iam:passedtoservice=codedeploy.amazonaws.com"},
		{apitest.For(asked, c.UpdateDeploymentGroup, &sdk.UpdateDeploymentGroupInput{ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web")}),
			"codedeploy:UpdateDeploymentGroup " + own + "deploymentgroup:shop/web"},
		{apitest.For(asked, c.BatchGetDeploymentGroups, &sdk.BatchGetDeploymentGroupsInput{ApplicationName: aws.String("shop"), DeploymentGroupNames: []string{"a"}}),
			"codedeploy:BatchGetDeploymentGroups " + own + "deploymentgroup:shop/a"},
		{apitest.For(asked, c.GetDeploymentConfig, &sdk.GetDeploymentConfigInput{DeploymentConfigName: aws.String("slow")}),
			"codedeploy:GetDeploymentConfig " + own + "deploymentconfig:slow"},
		{apitest.For(asked, c.ListApplications, &sdk.ListApplicationsInput{}), "codedeploy:ListApplications *"},
		{apitest.For(asked, c.UntagResource, &sdk.UntagResourceInput{ResourceArn: aws.String(own + "application:shop"), TagKeys: []string{"Team"}}),
			"codedeploy:UntagResource " + own + "application:shop, aws:tagkeys=Team"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}
