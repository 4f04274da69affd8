package secretsmanager_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
)

func TestAccess(t *testing.T) {
	apitest.Access(t, secretsmanager.New(secretsmanager.Options{}).Service())
}

// A secret is asked for by its stored ARN, whichever way a request names it, and one that is not there by an ARN whose end is
// open.
func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	stored := *ok(s, s.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("db")}).ARN
	api := secretsmanager.New(secretsmanager.Options{Store: s.Store, Now: s.Clock, OtherSuffix: func(string, string) {}})
	config, asked := s.Refuse(api.Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const prefix = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
	open, other := prefix+"db", prefix+"db-Aa1Bb2"
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.PutSecretValue, &sdk.PutSecretValueInput{SecretId: aws.String("db"), VersionStages: []string{"AWSCURRENT"}}),
			"secretsmanager:PutSecretValue STORED as db, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.DeleteSecret, &sdk.DeleteSecretInput{SecretId: &stored, ForceDeleteWithoutRecovery: aws.Bool(true)}),
			"secretsmanager:DeleteSecret STORED, secretsmanager:forcedeletewithoutrecovery=true, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.RestoreSecret, &sdk.RestoreSecretInput{SecretId: &open}), "secretsmanager:RestoreSecret STORED, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.RestoreSecret, &sdk.RestoreSecretInput{SecretId: &other}),
			"secretsmanager:RestoreSecret " + other + ", secretsmanager:secretid=" + other},
		{apitest.For(asked, c.DescribeSecret, &sdk.DescribeSecretInput{SecretId: &other}), "secretsmanager:DescribeSecret STORED, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.DescribeSecret, &sdk.DescribeSecretInput{SecretId: aws.String("gone")}),
			"secretsmanager:DescribeSecret " + prefix + "gone-?????? as gone, secretsmanager:secretid=" + prefix + "gone-??????"},
		{apitest.For(asked, c.DescribeSecret, &sdk.DescribeSecretInput{SecretId: aws.String(prefix + "gone")}),
			"secretsmanager:DescribeSecret " + prefix + "gone-??????, secretsmanager:secretid=" + prefix + "gone-??????"},
		{apitest.For(asked, c.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("db")}), "secretsmanager:GetSecretValue STORED as db, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &other, VersionStage: aws.String("AWSPREVIOUS")}),
			"secretsmanager:GetSecretValue STORED, secretsmanager:secretid=STORED, secretsmanager:versionstage=AWSPREVIOUS"},
		{apitest.For(asked, c.UntagResource, &sdk.UntagResourceInput{SecretId: aws.String("db"), TagKeys: []string{"b", "a"}}),
			"secretsmanager:UntagResource STORED as db, aws:tagkeys=b+a, secretsmanager:secretid=STORED"},
		{apitest.For(asked, c.ValidateResourcePolicy, &sdk.ValidateResourcePolicyInput{ResourcePolicy: aws.String("{}")}), "secretsmanager:ValidateResourcePolicy *"},
		{apitest.For(asked, c.ListSecrets, &sdk.ListSecretsInput{}), "secretsmanager:ListSecrets *"},
		{apitest.For(asked, c.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("new"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}}),
			"secretsmanager:CreateSecret " + prefix + "new-?????? as new, aws:requesttag/team=a, aws:tagkeys=Team, secretsmanager:name=new\n" +
				"secretsmanager:TagResource " + prefix + "new-?????? as new, aws:requesttag/team=a, aws:tagkeys=Team, secretsmanager:name=new"},
	} {
		if want := strings.ReplaceAll(w.want, "STORED", stored); w.got != want {
			t.Errorf("asked\n%s, want\n%s", w.got, want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	tags := []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}
	stored := *ok(s, s.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("db"), Tags: tags}).ARN
	tagsOf := secretsmanager.New(secretsmanager.Options{Store: s.Store}).Service().Tags
	if got := tagsOf(stored); len(got) != 1 || got[0].Key != "Team" || got[0].Value != "a" {
		t.Errorf("tags are %v", got)
	}
	if got := tagsOf(stored + "x"); got != nil {
		t.Errorf("tags of no secret are %v", got)
	}
}
