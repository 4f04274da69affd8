package secretsmanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// Ids of versions, as a client would make them.
const (
	one   = "00000000-0000-0000-0000-000000000001"
	two   = "00000000-0000-0000-0000-000000000002"
	three = "00000000-0000-0000-0000-000000000003"
)

// createSecret makes a secret with a text, or without a value.
func createSecret(s *scene, name, text string) *sdk.CreateSecretOutput {
	s.T.Helper()
	in := &sdk.CreateSecretInput{Name: &name, ClientRequestToken: aws.String(one)}
	if text != "" {
		in.SecretString = &text
	}
	return ok(s, s.CreateSecret, in)
}

// put adds a version and returns its staging labels.
func put(s *scene, id, token, text string, stages ...string) string {
	s.T.Helper()
	out := ok(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: &id, ClientRequestToken: &token, SecretString: &text, VersionStages: stages})
	return strings.Join(out.VersionStages, " ")
}

// current returns the text that an id leads to.
func current(s *scene, id string) string {
	s.T.Helper()
	return *ok(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &id}).SecretString
}

func TestASecretIsFoundByNameAndARN(t *testing.T) {
	s := newScene(t)
	made := createSecret(s, "prod/db-abcdef", "hunter2")
	prefix := "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-abcdef"
	if suffix, under := strings.CutPrefix(*made.ARN, prefix+"-"); !under || len(suffix) != 6 || *made.Name != "prod/db-abcdef" || *made.VersionId != one {
		t.Errorf("made %+v", made)
	}
	for _, id := range []string{"prod/db-abcdef", *made.ARN, prefix} {
		if current(s, id) != "hunter2" {
			t.Errorf("%s leads elsewhere", id)
		}
	}
	for _, id := range []string{"prod/db", prefix + "-zzzzzz", strings.Replace(*made.ARN, "eu-west-1", "us-east-1", 1)} {
		refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &id}, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
}

// A definition that was written for AWS names a secret by an ARN whose end is another one here. It is
// found where it is read, and nothing changes it by such an ARN.
func TestASecretIsReadByAnARNWithAnotherSuffix(t *testing.T) {
	var told []string
	s := newSceneWith(t, func(asked, found string) { told = append(told, asked+" "+found) })
	made := createSecret(s, "prod/db", "hunter2")
	prefix := "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-"
	other := prefix + "zZzzzz"
	if current(s, other) != "hunter2" {
		t.Error("another value")
	}
	if out := ok(s, s.DescribeSecret, &sdk.DescribeSecretInput{SecretId: &other}); *out.ARN != *made.ARN {
		t.Errorf("described as %s", *out.ARN)
	}
	if out := ok(s, s.BatchGetSecretValue, &sdk.BatchGetSecretValueInput{SecretIdList: []string{other}}); len(out.SecretValues) != 1 {
		t.Errorf("in a batch: %+v", out.Errors)
	}
	for _, told := range told {
		if told != other+" "+*made.ARN {
			t.Errorf("told of %s", told)
		}
	}
	if len(told) != 3 {
		t.Errorf("told %d times", len(told))
	}
	const none = "Secrets Manager can't find the specified secret."
	for _, id := range []string{prefix + "zzzzz", prefix + "zzzzzzz", prefix + "zzzz_z", prefix + "secret", strings.Replace(other, "/db", "/dc", 1), strings.Replace(other, "/db", "/d", 1)} {
		refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &id}, "ResourceNotFoundException", none)
	}
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: &other, SecretString: aws.String("x")}, "ResourceNotFoundException", none)
	refused(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: &other}, "ResourceNotFoundException", none)
	ok(s, s.DeleteSecret, &sdk.DeleteSecretInput{SecretId: made.ARN})
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &other}, "InvalidRequestException",
		"You can't perform this operation on the secret because it was marked for deletion.")
}

// The answer was reported (SEC0010).
func TestASecretOfAnotherAccount(t *testing.T) {
	s := newScene(t)
	createSecret(s, "db", "hunter2")
	id := "arn:aws:secretsmanager:eu-west-1:999988887777:secret:db-abcdef"
	const denied = "User: arn:aws:iam::123456789012:root is not authorized to perform: secretsmanager:%s on resource: %s because no resource-based policy allows the secretsmanager:%s action"
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: &id}, "AccessDeniedException", fmt.Sprintf(denied, "GetSecretValue", id, "GetSecretValue"))
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: &id, SecretString: aws.String("x")}, "AccessDeniedException", fmt.Sprintf(denied, "PutSecretValue", id, "PutSecretValue"))
}

// The answers were recorded (SEC0002, SEC0003).
func TestStagingLabelsMove(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "")
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("a")}, "ResourceNotFoundException",
		"Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
	if got := put(s, "a", one, "first"); got != "AWSCURRENT" {
		t.Errorf("the first version is %s", got)
	}
	if got := put(s, "a", one, "first", "REPLAY"); got != "REPLAY AWSCURRENT" {
		t.Errorf("the first version is %s after the request was sent again", got)
	}
	if got := put(s, "a", two, "second", "BLUE"); got != "BLUE" || current(s, "a") != "first" {
		t.Errorf("a version with a label is %s", got)
	}
	if got := put(s, "a", three, "third"); got != "AWSCURRENT" || current(s, "a") != "third" {
		t.Errorf("the third version is %s", got)
	}
	read := func(version, stage *string) *sdk.GetSecretValueOutput {
		return ok(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("a"), VersionId: version, VersionStage: stage})
	}
	if out := read(nil, aws.String("AWSPREVIOUS")); *out.SecretString != "first" || strings.Join(out.VersionStages, " ") != "AWSPREVIOUS REPLAY" {
		t.Errorf("the previous version is %s %q", *out.SecretString, out.VersionStages)
	}
	if out := read(aws.String(two), aws.String("BLUE")); *out.SecretString != "second" {
		t.Errorf("the second version is %s", *out.SecretString)
	}
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("a"), VersionId: aws.String(two), VersionStage: aws.String("AWSCURRENT")},
		"InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("a"), VersionId: aws.String(one + "0")},
		"ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: "+one+"0")
}

// The framework refuses lengths. Source: recorded answers.
func TestConstraintsOfValues(t *testing.T) {
	s := newScene(t)
	refused(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("a"), VersionId: aws.String("short")}, "ValidationException",
		"1 validation error detected: Value 'short' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32")
}

func TestATokenIsOfOneValue(t *testing.T) {
	s := newScene(t)
	made := createSecret(s, "a", "x")
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: aws.String("a"), ClientRequestToken: aws.String(one), SecretString: aws.String("y")},
		"ResourceExistsException", "You can't use ClientRequestToken "+one+" because that value is already in use for a version of secret "+*made.ARN+".")
	if again := createSecret(s, "a", "x"); *again.ARN != *made.ARN {
		t.Errorf("the request that was sent again made %s", *again.ARN)
	}
	refused(s, s.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("a"), SecretString: aws.String("y")},
		"ResourceExistsException", "The operation failed because the secret a already exists.")
}

func TestABinaryValue(t *testing.T) {
	s := newScene(t)
	ok(s, s.CreateSecret, &sdk.CreateSecretInput{Name: aws.String("key"), SecretBinary: []byte("abc\x00\x01")})
	out := ok(s, s.GetSecretValue, &sdk.GetSecretValueInput{SecretId: aws.String("key")})
	if string(out.SecretBinary) != "abc\x00\x01" || out.SecretString != nil || !out.CreatedDate.Equal(s.Now) {
		t.Errorf("got %+v", out)
	}
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: aws.String("key"), SecretBinary: []byte("x"), SecretString: aws.String("x")},
		"InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same secret.")
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: aws.String("key")},
		"InvalidRequestException", "You must provide either SecretString or SecretBinary.")
}

// Versions without a label go when there are more than a hundred, but not on their first day.
func TestOldVersionsGo(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "x")
	token := func(n int) string { return two[:33] + string(rune('a'+n/26)) + string(rune('a'+n%26)) + "0" }
	for n := range 120 {
		put(s, "a", token(n), "x")
	}
	read := func(id string) error {
		_, err := s.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: aws.String("a"), VersionId: &id})
		return err
	}
	if err := read(one); err != nil {
		t.Error(err)
	}
	s.Now = s.Now.Add(25 * time.Hour)
	put(s, "a", token(120), "x")
	if read(one) == nil || read(token(20)) == nil || read(token(21)) != nil || read(token(119)) != nil {
		t.Error("other versions are gone than the oldest")
	}
}

func TestNoValueIsInTheLog(t *testing.T) {
	s := newScene(t)
	createSecret(s, "a", "hunter2")
	current(s, "a")
	refused(s, s.PutSecretValue, &sdk.PutSecretValueInput{SecretId: aws.String("a"), SecretString: aws.String(strings.Repeat("hunter2", 10000))}, "ValidationException",
		"1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536")
	if log := s.Log.String(); strings.Contains(log, "hunter2") || !strings.Contains(log, "GetSecretValue") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestTagsOfASecret(t *testing.T) {
	s := newScene(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	createSecret(s, "a", "x")
	ok(s, s.TagResource, &sdk.TagResourceInput{SecretId: aws.String("a"), Tags: []types.Tag{tag("z", "1"), tag("a", "")}})
	ok(s, s.UntagResource, &sdk.UntagResourceInput{SecretId: aws.String("a"), TagKeys: []string{"a", "none"}})
	refused(s, s.TagResource, &sdk.TagResourceInput{SecretId: aws.String("a"), Tags: []types.Tag{tag("aws:x", "")}},
		"InvalidParameterException", `The tag key "aws:x" is empty, or begins with aws:, which is reserved.`)
}
