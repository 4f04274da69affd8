package secretsmanager

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const secretID = "secretsmanager:SecretId"

// access says what operations ask. GetSecretValue asks itself, as BatchGetSecretValue does for each value.
// Source: Service Authorization Reference, AWS Secrets Manager; recorded answers for which keys a request gives: PutSecretValue
// gives no VersionStage, and a stage that is left out is absent.
func (a *API) access() awsapi.Rows {
	named := a.named()
	return awsapi.Rows{
		"CreateSecret": awsapi.On("secret:{Name}").Key("secretsmanager:Name", "{Name}").
			Key("secretsmanager:Description", "{Description}").Key("secretsmanager:KmsKeyId", "{KmsKeyId}").
			Tags("Tags").Also("secretsmanager:TagResource").Each(newSecret),
		"DescribeSecret": a.namedForReading(),
		"ListSecrets":    awsapi.On("*"),
		"UpdateSecret":   named.Key("secretsmanager:Description", "{Description}").Key("secretsmanager:KmsKeyId", "{KmsKeyId}"),
		"DeleteSecret": named.Key("secretsmanager:ForceDeleteWithoutRecovery", "{ForceDeleteWithoutRecovery}").
			Key("secretsmanager:RecoveryWindowInDays", "{RecoveryWindowInDays}"),
		"RestoreSecret": named,

		"PutSecretValue":           named,
		"BatchGetSecretValue":      awsapi.On("*"),
		"ListSecretVersionIds":     named,
		"UpdateSecretVersionStage": named.Key("secretsmanager:VersionStage", "{VersionStage}"),
		"GetRandomPassword":        awsapi.On("*"),

		"TagResource":            named.Tags("Tags"),
		"UntagResource":          named.Keys("aws:TagKeys", "{TagKeys}"),
		"PutResourcePolicy":      named.Key("secretsmanager:BlockPublicPolicy", "{BlockPublicPolicy}"),
		"GetResourcePolicy":      named,
		"DeleteResourcePolicy":   named,
		"ValidateResourcePolicy": named,

		"CancelRotateSecret": named,
		"RotateSecret":       named,
	}
}

// named is the row of an operation on the secret that a request means.
func (a *API) named() awsapi.Row {
	return awsapi.On("{SecretId}").May(secretID).Each(func(call awsapi.Call, w *awsapi.Access) {
		if w.Resource != "*" { // ValidateResourcePolicy need not name a secret
			about(w, secretsmanager.AccessARN(a.read(), call.Scope(), w.Resource))
		}
	})
}

// namedForReading also finds a secret whose ARN ends otherwise; see Options.OtherSuffix.
func (a *API) namedForReading() awsapi.Row {
	return awsapi.On("{SecretId}").May(secretID).Each(func(call awsapi.Call, w *awsapi.Access) {
		about(w, a.readableARN(a.read(), call.Scope(), w.Resource))
	})
}

func (a *API) readableARN(tx *store.Tx, scope arn.Scope, id string) string {
	if a.otherSuffix != nil && secretsmanager.FindSecret(tx, scope, id) == nil {
		if found := secretsmanager.FindOtherSuffix(tx, scope, id); found != nil {
			return found.ARN()
		}
	}
	return secretsmanager.AccessARN(tx, scope, id)
}

// about makes a thing that is asked for under an id one that is asked for by the ARN of its secret. Refusals name the secret
// as the request does, and the key SecretId is an ARN. Source: recorded answers.
func about(w *awsapi.Access, secretARN string) {
	if !arn.Is(w.Resource) {
		w.Named = w.Resource
	}
	w.Resource = secretARN
	w.Give(secretID, policy.Is(secretARN))
}

// newSecret is a secret that is not there yet, which refusals call by its name. Source: recorded answers.
func newSecret(call awsapi.Call, w *awsapi.Access) {
	w.Named = strings.TrimPrefix(w.Resource, secretsmanager.Prefix(call.Scope()))
	w.Resource = secretsmanager.NewARN(call.Scope(), w.Named)
}

// allowValue asks for a value.
func (a *API) allowValue(ctx context.Context, tx *store.Tx, in *sdk.GetSecretValueInput) error {
	call := awsapi.FromContext(ctx)
	if call.Authorize == nil {
		return nil
	}
	w := awsapi.Access{Action: "secretsmanager:GetSecretValue", Resource: *in.SecretId}
	about(&w, a.readableARN(tx, call.Scope(), *in.SecretId))
	for name, given := range map[string]*string{"secretsmanager:VersionId": in.VersionId, "secretsmanager:VersionStage": in.VersionStage} {
		if text := aws.ToString(given); text != "" {
			w.Give(name, policy.Is(text))
		}
	}
	return awsapi.AllowAll(ctx, []awsapi.Access{w})
}

// tagsOf are the tags of a secret by its ARN.
func (a *API) tagsOf(secretARN string) []tagging.Tag {
	s := secretsmanager.FindSecret(a.read(), arn.ScopeOf(secretARN), secretARN)
	if s == nil {
		return nil
	}
	return tagging.List(s.Tags, pair)
}

// policiesOf are the policies of a secret by its ARN.
func (a *API) policiesOf(secretARN string) []policy.Source {
	s := secretsmanager.FindSecret(a.read(), arn.ScopeOf(secretARN), secretARN)
	if s == nil || s.Policy == "" {
		return nil
	}
	return []policy.Source{{Name: "resource policy", Policy: policies.Compile(s.Policy)}}
}

// policies keeps the policies of secrets that have been asked for.
var policies policy.Cache

func pair(t secretsmanager.Tag) (key, value string) { return t.Key, t.Value }
