package ssm

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// secretReference begins the names by which secrets of Secrets Manager are asked for. All
// about them is from recorded answers (SSM0008).
const secretReference = "/aws/reference/secretsmanager/"

var versionID = lazyregexp.New(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// secretValue is the parameter that stands for a version of a secret.
func secretValue(ctx context.Context, tx *store.Tx, r reference, decrypt bool) (*types.Parameter, error) {
	if !decrypt {
		return nil, invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.")
	}
	scope, id := awsapi.CallScope(ctx), strings.TrimPrefix(r.name, secretReference)
	resource := secretsmanager.AccessARN(tx, scope, id)
	keys := map[string]string{"secretsmanager:SecretId": resource}
	switch {
	case r.selector == "":
	case versionID.MatchString(r.selector):
		keys["secretsmanager:VersionId"] = r.selector
	default:
		keys["secretsmanager:VersionStage"] = r.selector
	}
	if err := awsapi.Allow(ctx, "secretsmanager:GetSecretValue", resource, keys); err != nil {
		return nil, err
	}
	s := secretsmanager.FindSecret(tx, scope, id)
	if s == nil || s.Deleted() {
		return nil, noSecret(r)
	}
	at := -1
	switch {
	case r.selector == "":
		at = s.Staged(secretsmanager.Current)
	case versionID.MatchString(r.selector):
		at = s.Version(r.selector)
	default:
		at = s.Staged(r.selector)
	}
	if at < 0 {
		return nil, noSecret(r)
	}
	version := s.Versions[at]
	value := secretsmanager.Values.Find(tx, s, version.ID)
	if value == nil { // it was left out as damaged
		return nil, noSecret(r)
	}
	p := &types.Parameter{
		ARN: aws.String(s.ARN()), Name: &r.name, Selector: r.echo(), Type: types.ParameterTypeSecureString,
		LastModifiedDate: &version.CreatedAt, SourceResult: aws.String(sourceResult(s, version, value)),
	}
	p.Value = awsapi.Optional(value.Text)
	return p, nil
}

// noSecret has AWS's null in it.
func noSecret(r reference) error {
	selector := "null"
	if r.selector != "" {
		selector = ":" + r.selector
	}
	return refusal("ParameterNotFound", "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret %s%s not found.",
		strings.TrimPrefix(r.name, "/"), selector)
}

// source is what AWS's SourceResult has.
type source struct {
	ARN           string   `json:"ARN"`
	Name          string   `json:"name"`
	VersionID     string   `json:"versionId"`
	SecretString  string   `json:"secretString,omitempty"`
	SecretBinary  *buffer  `json:"secretBinary,omitempty"`
	VersionStages []string `json:"versionStages"`
	CreatedDate   string   `json:"createdDate"`
}

// buffer is how AWS shows bytes there: the inside of a buffer of Java's.
type buffer struct {
	Bytes           []int8 `json:"hb"`
	Offset          int    `json:"offset"`
	IsReadOnly      bool   `json:"isReadOnly"`
	BigEndian       bool   `json:"bigEndian"`
	NativeByteOrder bool   `json:"nativeByteOrder"`
	Mark            int    `json:"mark"`
	Position        int    `json:"position"`
	Limit           int    `json:"limit"`
	Capacity        int    `json:"capacity"`
	Address         int    `json:"address"`
}

func sourceResult(s *secretsmanager.Secret, version secretsmanager.Version, value *secretsmanager.Value) string {
	text, _ := json.Marshal(source{ // of texts and numbers
		ARN: s.ARN(), Name: s.Name, VersionID: version.ID, SecretString: value.Text, SecretBinary: newBuffer(value.Binary),
		VersionStages: hashorder.Sort(version.Stages), CreatedDate: version.CreatedAt.UTC().Format("Jan 2, 2006, 3:04:05 PM"),
	})
	return strings.NewReplacer("=", `\u003d`, "'", `\u0027`).Replace(string(text)) // which Go leaves, and AWS does not
}

func newBuffer(binary []byte) *buffer {
	if binary == nil {
		return nil
	}
	b := &buffer{BigEndian: true, Mark: -1, Limit: len(binary), Capacity: len(binary), Address: 8}
	for _, c := range binary {
		b.Bytes = append(b.Bytes, int8(c))
	}
	return b
}
