package secretsmanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func describe(s *scene, id string) *sdk.DescribeSecretOutput {
	s.T.Helper()
	return ok(s, s.DescribeSecret, &sdk.DescribeSecretInput{SecretId: &id})
}

// The members of the answers were recorded (SEC0004).
func TestMembersOfASecret(t *testing.T) {
	s := newScene(t)
	made := ok(s, s.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("a"), Description: aws.String("about")})
	want := &sdk.DescribeSecretOutput{
		ARN: made.ARN, Name: aws.String("a"), Description: aws.String("about"), CreatedDate: aws.Time(s.Now), LastChangedDate: aws.Time(s.Now),
	}
	same := func(what string) {
		t.Helper()
		if diff := cmp.Diff(want, describe(s, "a"), cmpopts.IgnoreTypes(middleware.Metadata{}), cmpopts.IgnoreUnexported(sdk.DescribeSecretOutput{}, types.Tag{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	later := func() { s.Now = s.Now.Add(time.Minute); want.LastChangedDate = aws.Time(s.Now) }
	same("without a value")
	later()
	put(s, "a", one, "x")
	want.VersionIdsToStages = map[string][]string{one: {"AWSCURRENT"}}
	same("with a value")
	current(s, "a")
	want.LastAccessedDate = aws.Time(s.Now.Truncate(24 * time.Hour))
	same("after it was read")
	later()
	ok(s, s.CancelRotateSecret, &sdk.CancelRotateSecretInput{SecretId: aws.String("a")})
	want.RotationEnabled = aws.Bool(false)
	same("after its rotation was cancelled")
	later()
	ok(s, s.TagResource, &sdk.TagResourceInput{SecretId: aws.String("a"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("")}}})
	want.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("")}}
	same("with a tag")
	s.Now = s.Now.Add(time.Minute) // to take a tag away is no change
	ok(s, s.UntagResource, &sdk.UntagResourceInput{SecretId: aws.String("a"), TagKeys: []string{"k"}})
	want.Tags = []types.Tag{}
	same("without its tag")
	later()
	out := ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: aws.String("a"), RecoveryWindowInDays: aws.Int64(7)})
	if !out.DeletionDate.Equal(s.Now.Add(7 * 24 * time.Hour)) {
		t.Errorf("it goes at %v", out.DeletionDate)
	}
	want.DeletedDate = aws.Time(s.Now)
	same("marked for deletion")
}

func TestASecretIsDeletedAndRestored(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "x")
	id := aws.String("a")
	refused(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id, RecoveryWindowInDays: aws.Int64(6)},
		"InvalidParameterException", "RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	refused(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id, RecoveryWindowInDays: aws.Int64(7), ForceDeleteWithoutRecovery: aws.Bool(true)},
		"InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id})
	const marked = "You can't perform this operation on the secret because it was marked for deletion."
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: id}, "InvalidRequestException", marked)
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: id, SecretString: aws.String("y")}, "InvalidRequestException", marked)
	refused(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id}, "InvalidRequestException",
		"You can't perform this operation on the secret because it was already scheduled for deletion.")
	refused(s, s.CreateSecret, &sdk.CreateSecretInput{Name: id}, "InvalidRequestException",
		"You can't create this secret because a secret with this name is already scheduled for deletion.")
	ok(s, s.RestoreSecret, &sdk.RestoreSecretInput{SecretId: id})
	if current(s, "a") != "x" || describe(s, "a").DeletedDate != nil {
		t.Error("it is not restored")
	}
	// With force it is gone, and may be deleted again.
	ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id, ForceDeleteWithoutRecovery: aws.Bool(true)})
	refused(s, s.DescribeSecret, &sdk.DescribeSecretInput{SecretId: id}, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: id, ForceDeleteWithoutRecovery: aws.Bool(true)})
	refused(s, s.RestoreSecret, &sdk.RestoreSecretInput{SecretId: id}, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	if again := createSecret(s, "a", "z"); current(s, *again.ARN) != "z" {
		t.Error("the next one of its name has another value")
	}
}

func TestRetentionRemovesWhatIsDueAndNothingElse(t *testing.T) {
	s := newScene(t)
	for name, days := range map[string]int64{"soon": 7, "late": 30} {
		createSecret(s, name, "x")
		ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: &name, RecoveryWindowInDays: &days})
	}
	createSecret(s, "kept", "x")
	left := func(after time.Duration) string {
		err := s.Store.Update(func(tx *store.Tx) error {
			secretsmanager.Purge(tx, s.Now.Add(after))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return listed(s, &sdk.ListSecretsInput{IncludePlannedDeletion: aws.Bool(true), SortBy: types.SortByTypeName})
	}
	const day = 24 * time.Hour
	if got := left(7*day) + "; " + left(7*day+1) + "; " + left(31*day); got != "kept late soon; kept late; kept" {
		t.Errorf("got %s", got)
	}
}

func TestStagingLabelsAreMovedByHand(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "first")
	put(s, "a", two, "second", "BLUE")
	put(s, "a", three, "third")
	id := aws.String("a")
	move := func(stage string, from, to *string) *sdk.UpdateSecretVersionStageInput {
		return &sdk.UpdateSecretVersionStageInput{SecretId: id, VersionStage: &stage, RemoveFromVersionId: from, MoveToVersionId: to}
	}
	stages := func() string { return fmt.Sprint(describe(s, "a").VersionIdsToStages) }
	ok(s, s.UpdateSecretVersionStage, move("AWSCURRENT", aws.String(three), aws.String(two)))
	if got := stages(); got != fmt.Sprint(map[string][]string{two: {"BLUE", "AWSCURRENT"}, three: {"AWSPREVIOUS"}}) {
		t.Errorf("got %s", got)
	}
	refused(s, s.UpdateSecretVersionStage, move("AWSCURRENT", nil, aws.String(one)), "InvalidParameterException",
		"The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version "+two+
			", so you must explicitly reference that version in RemoveFromVersionId.")
	refused(s, s.UpdateSecretVersionStage, move("AWSCURRENT", aws.String(three), aws.String(one)), "InvalidParameterException",
		"Staging label AWSCURRENT is currently attached to version "+two+", and not to version "+three+".")
	refused(s, s.UpdateSecretVersionStage, move("AWSCURRENT", aws.String(two), nil), "InvalidParameterException",
		"You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.")
	ok(s, s.UpdateSecretVersionStage, move("BLUE", aws.String(two), aws.String(three)))
	ok(s, s.UpdateSecretVersionStage, move("NEW", nil, aws.String(one)))
	if got := stages(); got != fmt.Sprint(map[string][]string{one: {"NEW"}, two: {"AWSCURRENT"}, three: {"AWSPREVIOUS", "BLUE"}}) {
		t.Errorf("got %s", got)
	}
	ok(s, s.UpdateSecretVersionStage, move("NEW", aws.String(one), nil))
	versions := func(deprecated bool) (ids string) {
		for _, v := range ok(s, s.ListSecretVersionIds, &sdk.ListSecretVersionIdsInput{SecretId: id, IncludeDeprecated: &deprecated}).Versions {
			ids += (*v.VersionId)[35:] + " "
		}
		return ids
	}
	if got := versions(false) + "; " + versions(true); got != "3 2 ; 1 2 3 " {
		t.Errorf("versions %s", got)
	}
}

func TestASecretIsUpdated(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "x")
	out := ok(s, s.UpdateSecret, &sdk.UpdateSecretInput{SecretId: aws.String("a"), Description: aws.String("changed")})
	if out.VersionId != nil || current(s, "a") != "x" {
		t.Errorf("got %+v", out)
	}
	out = ok(s, s.UpdateSecret, &sdk.UpdateSecretInput{SecretId: aws.String("a"), SecretString: aws.String("y"), ClientRequestToken: aws.String(two)})
	if *out.VersionId != two || current(s, "a") != "y" || *describe(s, "a").Description != "changed" {
		t.Errorf("got %+v", out)
	}
}

// listed are the names of a list.
func listed(s *scene, in *sdk.ListSecretsInput) string {
	s.T.Helper()
	var names []string
	for _, e := range ok(s, s.ListSecrets, in).SecretList {
		names = append(names, *e.Name)
	}
	return strings.Join(names, " ")
}

func TestSecretsAreListed(t *testing.T) {
	s := newScene(t)
	for i, name := range []string{"prod/db", "test/db", "prod/api"} {
		s.Now = s.Now.Add(time.Second)
		ok(s, s.CreateSecret, &sdk.CreateSecretInput{
			Name: &name, Description: aws.String("The " + name), SecretString: aws.String(fmt.Sprint(i)), Tags: []types.Tag{{Key: aws.String("team"), Value: &name}},
		})
	}
	by := func(key types.FilterNameStringType, values ...string) []types.Filter {
		return []types.Filter{{Key: key, Values: values}}
	}
	for _, c := range []struct {
		in   *sdk.ListSecretsInput
		want string
	}{
		{&sdk.ListSecretsInput{}, "prod/db test/db prod/api"},
		{&sdk.ListSecretsInput{SortBy: types.SortByTypeName, SortOrder: types.SortOrderTypeDesc}, "test/db prod/db prod/api"},
		{&sdk.ListSecretsInput{Filters: by("name", "prod/")}, "prod/db prod/api"},
		{&sdk.ListSecretsInput{Filters: by("name", "!prod/")}, "test/db"},
		{&sdk.ListSecretsInput{Filters: by("name", "db")}, ""},
		{&sdk.ListSecretsInput{Filters: by("description", "the TEST")}, "test/db"},
		{&sdk.ListSecretsInput{Filters: append(by("tag-key", "te"), by("tag-value", "prod/a", "test")...)}, "test/db prod/api"},
		{&sdk.ListSecretsInput{Filters: by("all", "DB the")}, "prod/db test/db"},
		{&sdk.ListSecretsInput{Filters: by("owning-service", "rds")}, ""},
	} {
		if got := listed(s, c.in); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.in, got, c.want)
		}
	}
	first := ok(s, s.ListSecrets, &sdk.ListSecretsInput{MaxResults: aws.Int32(2)})
	if got := listed(s, &sdk.ListSecretsInput{MaxResults: aws.Int32(2), NextToken: first.NextToken}); len(first.SecretList) != 2 || got != "prod/api" {
		t.Errorf("the second page is %s", got)
	}
	batch := ok(s, s.BatchGetSecretValue, &sdk.BatchGetSecretValueInput{Filters: by("name", "prod/")})
	if len(batch.SecretValues) != 2 || *batch.SecretValues[1].SecretString != "2" {
		t.Errorf("got %+v", batch.SecretValues)
	}
	batch = ok(s, s.BatchGetSecretValue, &sdk.BatchGetSecretValueInput{SecretIdList: []string{"test/db", "none"}})
	if len(batch.SecretValues) != 1 || len(batch.Errors) != 1 || *batch.Errors[0].SecretId != "none" || *batch.Errors[0].ErrorCode != "ResourceNotFoundException" ||
		*batch.Errors[0].Message != "Secrets Manager can't find the specified secret." {
		t.Errorf("got %+v, %+v", batch.SecretValues, batch.Errors)
	}
}

const (
	private = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`
	printed = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n" +
		"      \"AWS\" : \"arn:aws:iam::000000000000:root\"\n    },\n    \"Action\" : \"secretsmanager:GetSecretValue\",\n    \"Resource\" : \"*\"\n  } ]\n}"
)

// Texts and form were recorded (SEC0006).
func TestPoliciesOfSecrets(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "x")
	id, public := aws.String("a"), strings.Replace(private, `{"AWS":"arn:aws:iam::000000000000:root"}`, `"*"`, 1)
	const grants = "You can not attach a resource policy that grants Public access to your secret."
	refused(s, s.PutResourcePolicy, &sdk.PutResourcePolicyInput{SecretId: id, ResourcePolicy: &public, BlockPublicPolicy: aws.Bool(true)}, "PublicPolicyException", grants)
	refused(s, s.PutResourcePolicy, &sdk.PutResourcePolicyInput{SecretId: id, ResourcePolicy: aws.String("{")}, "MalformedPolicyDocumentException", "This resource policy contains invalid Json")
	ok(s, s.PutResourcePolicy, &sdk.PutResourcePolicyInput{SecretId: id, ResourcePolicy: aws.String(private), BlockPublicPolicy: aws.Bool(true)})
	if got := *ok(s, s.GetResourcePolicy, &sdk.GetResourcePolicyInput{SecretId: id}).ResourcePolicy; got != printed {
		t.Errorf("got %s", got)
	}
	ok(s, s.DeleteResourcePolicy, &sdk.DeleteResourcePolicyInput{SecretId: id})
	if got := ok(s, s.GetResourcePolicy, &sdk.GetResourcePolicyInput{SecretId: id}); got.ResourcePolicy != nil {
		t.Errorf("got %s", *got.ResourcePolicy)
	}
	if out := ok(s, s.ValidateResourcePolicy, &sdk.ValidateResourcePolicyInput{ResourcePolicy: aws.String(private)}); !out.PolicyValidationPassed || out.ValidationErrors == nil {
		t.Errorf("got %+v", out)
	}
	out := ok(s, s.ValidateResourcePolicy, &sdk.ValidateResourcePolicyInput{SecretId: id, ResourcePolicy: &public})
	if out.PolicyValidationPassed || *out.ValidationErrors[0].CheckName != "BlockPublicPolicyCheck" || *out.ValidationErrors[0].ErrorMessage != grants {
		t.Errorf("got %+v", out)
	}
}

func TestRandomPasswords(t *testing.T) {
	s := newScene(t)
	make := func(in *sdk.GetRandomPasswordInput) string {
		return *ok(s, s.GetRandomPassword, in).RandomPassword
	}
	if p := make(&sdk.GetRandomPasswordInput{}); len(p) != 32 || !strings.ContainsAny(p, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") || p == make(&sdk.GetRandomPasswordInput{}) {
		t.Errorf("got %q", p)
	}
	four := make(&sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(4)})
	if strings.ToLower(four) == four || strings.ToUpper(four) == four || !strings.ContainsAny(four, "0123456789") {
		t.Errorf("%q lacks a kind", four)
	}
	p := make(&sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(1000), ExcludePunctuation: aws.Bool(true), ExcludeCharacters: aws.String("aB3"), IncludeSpace: aws.Bool(true)})
	if strings.ContainsAny(p, "aB3!-") || !strings.Contains(p, " ") {
		t.Errorf("got %q", p)
	}
	refused(s, s.GetRandomPassword, &sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(3)}, "InvalidParameterException",
		"Password length is too short based on the required types.")
}
