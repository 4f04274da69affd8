package emulator_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// policyOf is a policy document with one statement.
func policyOf(statement string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)
}

// TestKeysThatAreNeverSuppliedAreTold: when a policy is stored, in a line each. Keys that requests have are not told.
func TestKeysThatAreNeverSuppliedAreTold(t *testing.T) {
	t.Parallel()
	const never, organization = "never supplies", `{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`
	const trust = `{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{`
	var log lockedBuffer
	w := start(t, emulator.Options{IAM: emulator.AccessLog, InProcess: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	w.principals()
	client, ctx := iam.NewFromConfig(w.srv.Config()), t.Context()
	user := func(statement string) func() error {
		return func() error {
			_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("own"), PolicyDocument: policyOf(statement)})
			return err
		}
	}
	anyones := func(action, resource string) *string {
		if resource != "" {
			resource = `"Resource":"` + resource + `",`
		}
		return policyOf(`{"Effect":"Allow","Principal":"*","Action":"` + action + `",` + resource + `"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`)
	}
	secret, err := secretsmanager.NewFromConfig(w.srv.Config()).CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("db"), SecretString: aws.String("x")})
	w.ok(err)
	_, err = ecr.NewFromConfig(w.srv.Config()).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("app")})
	w.ok(err)
	for _, c := range []struct {
		name  string
		store func() error
		want  string // empty: nothing is told
	}{
		{"inline", user(organization), `policy="own of the user dev" keys="statement 1: aws:PrincipalOrgID"`},
		{"a key of another operation", user(`{"Sid":"Stop","Effect":"Allow","Action":"ecs:ListClusters","Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"*"}}}`), `keys="statement Stop: ecs:cluster"`},
		{"a key of another action of the call", user(`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"*"}}}`), `keys="statement 1: ecs:cluster"`},
		{"managed", func() error {
			_, err := client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("run"), PolicyDocument: policyOf(organization)})
			return err
		}, `policy=arn:aws:iam::000000000000:policy/run keys=`},
		{"a new version", func() error {
			_, err := client.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::000000000000:policy/run"), PolicyDocument: policyOf(organization)})
			return err
		}, `policy="arn:aws:iam::000000000000:policy/run v2"`},
		{"trust", func() error {
			_, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ci"), AssumeRolePolicyDocument: policyOf(trust + `"aws:PrincipalOrgID":"x"}}}`)})
			return err
		}, `policy="the trust policy of the role ci" keys="statement 1: aws:PrincipalOrgID"`},
		{"trust, changed", func() error {
			_, err := client.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("ci"), PolicyDocument: policyOf(trust + `"ec2:SourceInstanceARN":"x"}}}`)})
			return err
		}, "ec2:SourceInstanceARN"},
		{"trust, with keys that requests have", func() error {
			_, err := client.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("ci"),
				PolicyDocument: policyOf(trust + `"sts:ExternalId":"x","sts:RoleSessionName":"x","aws:PrincipalTag/team":"x","aws:RequestTag/team":"x"}}}`)})
			return err
		}, ""},
		{"keys of RunTask", user(`{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"*"},"StringEquals":{"aws:RequestTag/team":"x","ecs:enable-execute-command":"false"}}}`), ""},
		{"tags of resources", user(`{"Effect":"Allow","Action":"ecs:StopTask","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x","ecs:ResourceTag/team":"${aws:PrincipalTag/team}"}}}`), ""},
		{"PassRole", user(`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}`), ""},
		{"a secret's", func() error {
			_, err := secretsmanager.NewFromConfig(w.srv.Config()).PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{SecretId: secret.ARN, ResourcePolicy: anyones("secretsmanager:GetSecretValue", "*")})
			return err
		}, `policy=` + *secret.ARN + ` keys="statement 1: aws:PrincipalOrgID"`},
		{"a repository's", func() error {
			_, err := ecr.NewFromConfig(w.srv.Config()).SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String("app"), PolicyText: anyones("ecr:BatchGetImage", "")})
			return err
		}, `policy=arn:aws:ecr:us-east-1:000000000000:repository/app keys=`},
		{"a bus's", func() error {
			_, err := eventbridge.NewFromConfig(w.srv.Config()).PutPermission(ctx, &eventbridge.PutPermissionInput{
				Action: aws.String("events:PutEvents"), Principal: aws.String("*"), StatementId: aws.String("all"),
				Condition: &ebtypes.Condition{Type: aws.String("StringEquals"), Key: aws.String("aws:PrincipalOrgID"), Value: aws.String("o-1234567890")},
			})
			return err
		}, `policy="of the event bus default" keys="statement all: aws:PrincipalOrgID"`},
		{"of log groups", func() error {
			_, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).PutResourcePolicy(ctx, &cloudwatchlogs.PutResourcePolicyInput{PolicyName: aws.String("all"), PolicyDocument: anyones("logs:GetLogEvents", "*")})
			return err
		}, `policy="all of CloudWatch Logs" keys=`},
		{"another service", user(`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"x"}}}`), ""},
	} {
		before := len(log.String())
		w.ok(c.store())
		said := log.String()[before:]
		if n := strings.Count(said, never); c.want == "" && n != 0 || c.want != "" && (n != 1 || !strings.Contains(said, c.want) || !strings.Contains(said, "level=WARN")) {
			t.Errorf("%s: the log has %s, want %q", c.name, said, c.want)
		}
	}
	log.buf.Reset()
	off := start(t, emulator.Options{InProcess: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	_, err = iam.NewFromConfig(off.srv.Config()).CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("run"), PolicyDocument: policyOf(organization)})
	off.ok(err)
	if strings.Contains(log.String(), never) {
		t.Errorf("without access the log has %s", log.String())
	}
}

// TestWhatADenialLacksIsTold: a key that is never supplied, and a policy of AWS whose document is not here.
func TestWhatADenialLacksIsTold(t *testing.T) {
	t.Parallel()
	const backup = "arn:aws:iam::aws:policy/AWSBackupAuditAccess"
	var log lockedBuffer
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce, Log: slog.New(slog.NewTextHandler(&log, nil))})
	w.principals()
	client := iam.NewFromConfig(w.srv.Config())
	_, err := client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("dev"), PolicyArn: aws.String(backup)})
	w.ok(err)
	_, err = client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("list"),
		PolicyDocument: policyOf(`{"Effect":"Allow","Action":"ecs:ListClusters","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`)})
	w.ok(err)
	for range 2 {
		_, err = ecs.NewFromConfig(w.srv.As("user/dev")).ListClusters(t.Context(), &ecs.ListClustersInput{})
		denies(t, err, "because no identity-based policy allows the ecs:ListClusters action")
	}
	if n := strings.Count(log.String(), "does not have the document of a policy, which therefore allows nothing\" policy="+backup); n != 1 {
		t.Errorf("it is told %d times in %s", n, log.String())
	}
	denied := w.srv.Access(emulator.AccessFilter{Denied: true})
	if len(denied) != 2 || !strings.Contains(denied[0].Reason, "action; the emulator does not have the document of "+backup) {
		t.Fatalf("the decisions are %+v", denied)
	}
	answer, err := http.Get(w.srv.URL() + "/_emulator/access/" + denied[0].RequestID)
	w.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.ok(err)
	for _, want := range []string{`"neverSupplied":true`, `"missing":"` + backup} {
		if !strings.Contains(strings.ReplaceAll(string(text), `": `, `":`), want) {
			t.Errorf("the explanation is %s, want %s", text, want)
		}
	}
}

// TestAnOpenAddressIsWarnedOf where policies are to protect something.
func TestAnOpenAddressIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode    emulator.AccessMode
		address string
		warns   bool
	}{
		{emulator.AccessEnforce, "0.0.0.0:0", true},
		{emulator.AccessEnforce, "127.0.0.1:0", false},
		{emulator.AccessLog, "0.0.0.0:0", false},
	} {
		var log lockedBuffer
		start(t, emulator.Options{IAM: c.mode, Listen: c.address, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := strings.Contains(log.String(), "not for /_emulator/, which has no login"); got != c.warns {
			t.Errorf("%s at %s: the log has %s", c.mode, c.address, log.String())
		}
	}
}
