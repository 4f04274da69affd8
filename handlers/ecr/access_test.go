package ecr_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
)

func TestAccess(t *testing.T) { apitest.Access(t, ecr.New(ecr.Options{}).Service()) }

func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	config, asked := s.Refuse(ecr.New(ecr.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const own, other, ofTags = "arn:aws:ecr:us-east-1:123456789012:repository/", "arn:aws:ecr:us-east-1:444455556666:repository/", ", aws:requesttag/team=a, aws:tagkeys=Team"
	web, account := aws.String("team/web"), aws.String("444455556666")
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: web, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}}),
			"ecr:CreateRepository " + own + "team/web" + ofTags + "\necr:TagResource " + own + "team/web" + ofTags},
		{apitest.For(asked, c.DescribeRepositories, &sdk.DescribeRepositoriesInput{}), "ecr:DescribeRepositories " + own + "*"},
		{apitest.For(asked, c.DescribeRepositories, &sdk.DescribeRepositoriesInput{RegistryId: account, RepositoryNames: []string{"aa", "bb"}}),
			"ecr:DescribeRepositories " + other + "aa\necr:DescribeRepositories " + other + "bb"},
		{apitest.For(asked, c.BatchGetImage, &sdk.BatchGetImageInput{RepositoryName: web, ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}}}),
			"ecr:BatchGetImage " + own + "team/web"},
		{apitest.For(asked, c.ListImages, &sdk.ListImagesInput{RepositoryName: web, RegistryId: account}), "ecr:ListImages " + other + "team/web"},
		{apitest.For(asked, c.UntagResource, &sdk.UntagResourceInput{ResourceArn: aws.String(other + "team/web"), TagKeys: []string{"Team"}}),
			"ecr:UntagResource " + other + "team/web, aws:tagkeys=Team"},
		{apitest.For(asked, c.GetAuthorizationToken, &sdk.GetAuthorizationTokenInput{}), "ecr:GetAuthorizationToken *"},
		{apitest.For(asked, c.GetAccountSetting, &sdk.GetAccountSettingInput{Name: aws.String("BLOB_MOUNTING")}), "ecr:GetAccountSetting *, ecr:accountsetting=BLOB_MOUNTING"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: aws.String("team/web"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}})
	tagsOf := ecr.New(ecr.Options{Store: s.Store}).Service().Tags
	for arn, want := range map[string]int{
		"arn:aws:ecr:us-east-1:123456789012:repository/team/web": 1, "arn:aws:ecr:us-east-1:444455556666:repository/team/web": 0,
		"arn:aws:ecr:us-east-1:123456789012:repository/team": 0, "arn:aws:ecs:us-east-1:123456789012:repository/team/web": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
