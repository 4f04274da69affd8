package ecr

import (
	"fmt"
	"testing"
)

func TestPoliciesDecide(t *testing.T) {
	user := Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/dev"}
	session := Principal{Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/ci/1", RoleARN: "arn:aws:iam::123456789012:role/ci"}
	statement := func(effect, principal, rest string) string {
		return fmt.Sprintf(`{"Effect":%q,"Principal":%s,%s}`, effect, principal, rest)
	}
	const get, anyone, account = `"Action":"ecr:BatchGetImage"`, `"*"`, `{"AWS":"123456789012"}`
	for name, test := range map[string]struct {
		statements string
		who        Principal
		want       Verdict
	}{
		"an account":          {statement("Allow", account, get), user, Allowed},
		"its root":            {statement("Allow", `{"AWS":["arn:aws:iam::123456789012:root"]}`, get), session, Allowed},
		"another account":     {statement("Allow", `{"AWS":"210987654321"}`, get), user, Silent},
		"a user":              {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:user/dev"}`, get), user, Denied},
		"another user":        {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:user/dev"}`, get), session, Silent},
		"a role":              {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:role/ci"}`, get), session, Denied},
		"a denial counts":     {"[" + statement("Deny", anyone, get) + "," + statement("Allow", anyone, get) + "]", user, Denied},
		"wildcards":           {statement("Deny", anyone, `"Action":["s3:*","ECR:Batch*"]`), user, Denied},
		"another action":      {statement("Deny", anyone, `"Action":"ecr:PutImage"`), user, Silent},
		"all but an action":   {statement("Deny", anyone, `"NotAction":"ecr:PutImage"`), user, Denied},
		"but this action":     {statement("Deny", anyone, `"NotAction":"ecr:*"`), user, Silent},
		"with a condition":    {statement("Deny", anyone, get+`,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), user, Silent},
		"an empty condition":  {statement("Deny", anyone, get+`,"Condition":{ }`), user, Denied},
		"no condition":        {statement("Deny", anyone, get+`,"Condition":null`), user, Denied},
		"an odd condition":    {statement("Deny", anyone, get+`,"Condition":[]`), user, Silent},
		"a service":           {statement("Allow", `{"Service":"lambda.amazonaws.com"}`, get), user, Silent},
		"all but a principal": {`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/ci"},` + get + `}`, user, Denied},
		"but this principal":  {`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/ci"},` + get + `}`, session, Silent},
	} {
		r := Repository{Policy: `{"Version":"2012-10-17","Statement":` + test.statements + `}`}
		if err := CheckPolicy(r.Policy); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := r.Decide(test.who, "ecr:BatchGetImage"); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
	if got := (&Repository{}).Decide(user, "ecr:BatchGetImage"); got != Silent {
		t.Errorf("without a policy: %d", got)
	}
}

func TestWhatIsNoPolicy(t *testing.T) {
	for _, text := range []string{
		"", "{", "{}", "[]", `"policy"`, `{"Statement":[]}`, `{"Statement":1}`, `{"Statement":[{"Effect":"Allow"}]}`,
		`{"Statement":{"Effect":"Maybe","Principal":"*","Action":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":{},"Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":[]}}`, `{"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"*"}}`,
	} {
		if CheckPolicy(text) == nil {
			t.Errorf("%s is a policy", text)
		}
	}
}
