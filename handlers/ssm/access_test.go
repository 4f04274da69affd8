package ssm_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
)

func TestAccess(t *testing.T) {
	apitest.Access(t, ssm.New(ssm.Options{}).Service())
	apitest.Access(t, ssm.New(ssm.Options{}).SessionManager())
}

func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	config, asked := s.Refuse(ssm.New(ssm.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const own, public = "arn:aws:ssm:eu-west-1:123456789012:parameter/", "arn:aws:ssm:eu-west-1::parameter/"
	for name, want := range map[string]string{
		"/app/db":                            own + "app/db",
		"db":                                 own + "db",
		"/db:3":                              own + "db",
		own + "app/db:live":                  own + "app/db",
		"arn:aws:ssm:eu-west-1:1:parameter/": "arn:aws:ssm:eu-west-1:1:parameter/",
		"/aws/service/ecs/optimized-ami/amazon-linux-2/recommended": public + "aws/service/ecs/optimized-ami/amazon-linux-2/recommended",
		"/aws/reference/secretsmanager/db":                          own + "aws/reference/secretsmanager/db",
		"a:b:c":                                                     "arn:aws:ssm:eu-west-1:123456789012:*",
	} {
		if got := apitest.For(asked, c.GetParameter, &sdk.GetParameterInput{Name: &name}); got != "ssm:GetParameter "+want {
			t.Errorf("%s asks for %s, want %s", name, got, want)
		}
	}
	tags := []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}
	ofTags := ", aws:requesttag/team=a, aws:tagkeys=Team"
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a/b"), Value: aws.String("x"), Overwrite: aws.Bool(false), Tags: tags}),
			"ssm:PutParameter " + own + "a/b" + ofTags + ", ssm:overwrite=false\nssm:AddTagsToResource " + own + "a/b" + ofTags + ", ssm:overwrite=false"},
		{apitest.For(asked, c.GetParameters, &sdk.GetParametersInput{Names: []string{"/a", "b:1"}}), "ssm:GetParameters " + own + "a\nssm:GetParameters " + own + "b"},
		{apitest.For(asked, c.GetParametersByPath, &sdk.GetParametersByPathInput{Path: aws.String("/app/"), Recursive: aws.Bool(true)}),
			"ssm:GetParametersByPath " + own + "app/, ssm:recursive=true"},
		{apitest.For(asked, c.GetParametersByPath, &sdk.GetParametersByPathInput{Path: aws.String("/app")}), "ssm:GetParametersByPath " + own + "app"},
		{apitest.For(asked, c.GetParametersByPath, &sdk.GetParametersByPathInput{Path: aws.String("/aws/service/ecs")}), "ssm:GetParametersByPath " + public + "aws/service/ecs"},
		{apitest.For(asked, c.DescribeParameters, &sdk.DescribeParametersInput{}), "ssm:DescribeParameters arn:aws:ssm:eu-west-1:123456789012:*"},
		{apitest.For(asked, c.RemoveTagsFromResource, &sdk.RemoveTagsFromResourceInput{
			ResourceType: types.ResourceTypeForTaggingParameter, ResourceId: aws.String("/a"), TagKeys: []string{"Team"}}),
			"ssm:RemoveTagsFromResource " + own + "a, aws:tagkeys=Team"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	ok(s, s.PutParameter, &sdk.PutParameterInput{
		Name: aws.String("/a/b"), Value: aws.String("x"), Type: types.ParameterTypeString, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}},
	})
	tagsOf := ssm.New(ssm.Options{Store: s.Store}).Service().Tags
	for arn, want := range map[string]int{
		"arn:aws:ssm:eu-west-1:123456789012:parameter/a/b": 1, "arn:aws:ssm:eu-west-1:123456789012:parameter//a/b": 0,
		"arn:aws:ssm:eu-west-2:123456789012:parameter/a/b": 0, "arn:aws:ssm:eu-west-1:123456789012:session/a/b": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
