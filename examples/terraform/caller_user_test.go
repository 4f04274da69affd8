package terraform

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

// The users of tests, and the policies of these, have a path that tells them from what Terraform makes.
const (
	callersPath = "/callers/"
	testsARN    = "arn:aws:iam::000000000000:user" + callersPath + "tests"
	userARN     = "arn:aws:iam::000000000000:user" + callersPath + "terraform"
)

// makeUser makes the user who runs Terraform, with a policy, and returns a key.
func makeUser(t *testing.T, client *iam.Client, policy leastpolicy.Document) aws.CredentialsProvider {
	t.Helper()
	name, path := aws.String("terraform"), aws.String(callersPath)
	if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: name, Path: path}); err != nil {
		t.Fatal(err)
	}
	for i, part := range parts(t, policy) {
		made, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String(fmt.Sprint("terraform-", i)), Path: path, PolicyDocument: &part})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: name, PolicyArn: made.Policy.Arn}); err != nil {
			t.Fatal(err)
		}
	}
	made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		t.Fatal(err)
	}
	return credentials.NewStaticCredentialsProvider(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey, "")
}

// parts are documents that have the statements of one, each with at most so many characters as a managed policy may have.
func parts(t *testing.T, whole leastpolicy.Document) (texts []string) {
	t.Helper()
	const longest = 6144
	for rest := whole.Statement; len(rest) > 0; {
		n, text := 0, ""
		for n < len(rest) {
			longer, err := json.Marshal(leastpolicy.Document{Version: whole.Version, Statement: rest[:n+1]})
			if err != nil {
				t.Fatal(err)
			}
			if len(longer) > longest && n > 0 {
				break
			}
			n, text = n+1, string(longer)
		}
		texts, rest = append(texts, text), rest[n:]
	}
	return texts
}
