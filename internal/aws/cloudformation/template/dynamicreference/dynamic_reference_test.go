package dynamicreference_test

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/dynamicreference"
)

// TestReferences. Source: user guide, dynamic references.
func TestReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]dynamicreference.Reference{
		"{{resolve:ssm:/a/b:3}}":                                  {Service: "ssm", Name: "/a/b", Version: "3"},
		"{{resolve:ssm:/a/b}}":                                    {Service: "ssm", Name: "/a/b"},
		"{{resolve:ssm:arn:aws:ssm:r:1:parameter/x}}":             {Service: "ssm", Name: "arn:aws:ssm:r:1:parameter/x"},
		"{{resolve:ssm-secure:p:10}}":                             {Service: "ssm-secure", Name: "p", Version: "10"},
		"{{resolve:secretsmanager:s}}":                            {Service: "secretsmanager", Name: "s"},
		"{{resolve:secretsmanager:s:SecretString:password}}":      {Service: "secretsmanager", Name: "s", Key: "password"},
		"{{resolve:secretsmanager:s:SecretString:k:AWSPREVIOUS}}": {Service: "secretsmanager", Name: "s", Key: "k", Stage: "AWSPREVIOUS"},
		"{{resolve:secretsmanager:s:SecretString:::v-1}}":         {Service: "secretsmanager", Name: "s", Version: "v-1"},
		"{{resolve:secretsmanager:arn:aws:secretsmanager:r:1:secret:n-1:SecretString:k}}": {
			Service: "secretsmanager", Name: "arn:aws:secretsmanager:r:1:secret:n-1", Key: "k",
		},
	} {
		v := &document.Value{Kind: document.Map, Members: []document.Member{{Name: "V", Value: document.NewList("a", "b "+text+text)}}}
		got, err := dynamicreference.In(v)
		if err != nil || len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		replaced, err := dynamicreference.Replace(v, func(r dynamicreference.Reference) (dynamicreference.Secret, error) {
			return dynamicreference.NewSecret(r.Name + "{{resolve:"), nil
		})
		if value := want.Name + "{{resolve:"; err != nil || replaced.Get("V").Items[1].Text != "b "+value+value {
			t.Errorf("%s: %s, %v", text, replaced.JSON(), err)
		}
	}
	for text, want := range map[string]string{
		"{{resolve:s3:a}}": "Template error: unsupported dynamic reference service s3",
		"{{resolve:ssm:}}": "Template error: incorrect format is used in the following dynamic reference: [{{resolve:ssm:}}]",
		"{{resolve:secretsmanager:s:SecretString:k:AWSCURRENT:v}}": "Template error: incorrect format is used in the following dynamic reference: [{{resolve:secretsmanager:s:SecretString:k:AWSCURRENT:v}}]",
		"{{resolve:secretsmanager:s:Bin}}":                         "Template error: incorrect format is used in the following dynamic reference: [{{resolve:secretsmanager:s:Bin}}]",
	} {
		if _, err := dynamicreference.In(document.NewText(text)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	gone := errors.New("gone")
	if _, err := dynamicreference.Replace(document.NewText("{{resolve:ssm:a}}"), func(dynamicreference.Reference) (dynamicreference.Secret, error) {
		return dynamicreference.Secret{}, gone
	}); !errors.Is(err, gone) {
		t.Error(err)
	}
	if got, err := dynamicreference.In(document.NewText("{{resolve:ssm:a")); err != nil || got != nil {
		t.Error(got, err)
	}
}
