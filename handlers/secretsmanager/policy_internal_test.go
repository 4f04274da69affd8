package secretsmanager

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
)

// What is printed says the same, and is printed the same again; nothing that a caller puts
// breaks the check of policies.
func FuzzPolicies(f *testing.F) {
	for _, seed := range []string{
		`{"Statement":[{"Effect":"Allow","Principal":"*"}]}`, `{"Statement":{"Effect":"Deny","Principal":{"AWS":["*",1]}}}`,
		`{"a":{},"b":[],"c":[[1,2.50],null,true,"<&>é"]}`, `{`, `[`, `{"Statement":`, `null`, `{"Statement":null}`, `{"Statement":""}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := checkPolicy(text)
		var want, got any
		if json.Unmarshal([]byte(text), &want) != nil {
			if err == nil {
				t.Errorf("%q is a policy", text)
			}
			return
		}
		printed := policytext.Print(text)
		if err := json.Unmarshal([]byte(printed), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is printed as %s: %v", text, printed, err)
		}
		if again := policytext.Print(printed); again != printed {
			t.Errorf("%s is printed as %s, and that as %s", text, printed, again)
		}
	})
}

func TestEverybody(t *testing.T) {
	for text, want := range map[string]bool{
		`{"Statement":{"Effect":"Allow","Principal":"*"}}`:                                              true,
		`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:x","*"]}}]}`:                          true,
		`{"Statement":[{"Effect":"Deny","Principal":"*"}]}`:                                             false,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:x":"y"}}}]}`: false,
		`{"Statement":[{"Effect":"Allow","Principal":{"Service":"*"}}]}`:                                false,
	} {
		if public, err := checkPolicy(text); err != nil || public != want {
			t.Errorf("%s: %t, %v", text, public, err)
		}
	}
}

func TestWhatIsNoPolicy(t *testing.T) {
	for _, text := range []string{
		`{"Statement":[]}`, `{"Statement":{"Principal":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":"*","Principals":"*"}}`,
		`{"Version":"2026-01-01","Statement":{"Effect":"Allow","Principal":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":"*","Condition":[]}}`,
		`{"Statement":{"Effect":"Deny","Principal":{"AWS":210987654321},"Action":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":"*","NotAction":"secretsmanager"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:username":"${aws:"}}}}`,
	} {
		if _, err := checkPolicy(text); err == nil {
			t.Errorf("%s is a policy", text)
		}
	}
}
