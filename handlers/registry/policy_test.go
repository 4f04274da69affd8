package registry_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ECR-16: the policy of a repository denies at once what a login that was given before could do, and lets another
// account in.
func TestPoliciesOfRepositories(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	put := func(effect, account string) {
		t.Helper()
		w.putPolicy(`{"Effect":"` + effect + `","Principal":{"AWS":"` + account + `"},"Action":"ecr:BatchGetImage"}`)
	}
	put("Deny", account)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusForbidden, `{"errors":[{"code":"DENIED","message":"User: arn:aws:iam::123456789012:root is not authorized `+
		`to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/web with an explicit deny in a resource-based policy"}]}`)
	put("Allow", other)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
	w.password = w.login(ecr.Login{Account: other, Region: home.Region, Issued: w.now.UnixMilli()})
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
	w.ask(http.MethodPost, "/v2/web/blobs/uploads/", "").is(http.StatusForbidden, "because no resource-based policy allows the ecr:InitiateLayerUpload action")
}

// putPolicy stores the policy of the repository web.
func (w *world) putPolicy(statement string) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error {
		changed := *ecr.Repositories.Find(tx, home, "web")
		changed.Policy = `{"Version":"2012-10-17","Statement":[` + statement + `]}`
		ecr.Repositories.Put(tx, &changed)
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

// A login of one without keys of the emulator's may be of the role that a policy spares, and a policy that an older build took
// does not lock its account out.
func TestPoliciesForOneWhoIsNotKnown(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	for tag, statement := range map[string]string{
		"role":  `{"Effect":"Deny","Principal":"*","Action":"ecr:*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci"}}}`,
		"kind":  `{"Effect":"Deny","Principal":"*","Action":"ecr:*","Condition":{"StringEquals":{"aws:PrincipalType":"Account"}}}`,
		"user":  `{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/dev"},"Action":"ecr:*"}`,
		"old":   `{"Effect":"Deny","Principal":"*","Action":"*","Condition":null}`,
		"later": `{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-11-03T00:00:00Z"}}}`,
	} {
		w.putPolicy(statement)
		w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
		w.push("web", tag, "config of "+tag)
	}
	w.putPolicy(`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-11-02T00:00:00Z"}}}`)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusForbidden)
}

// What the policy of a repository denies is asked of the authorizer as well, which shows its decisions, with the session of the
// login, whose policies limit it.
func TestTheAuthorizerIsAskedBeforeThePolicy(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	w.putPolicy(`{"Effect":"Deny","Principal":"*","Action":"ecr:BatchGetImage"}`)
	session := sts.Session{Account: account, RoleARN: "arn:aws:iam::123456789012:role/ci", RoleID: "AROACI", Name: "1", Policy: `{"Statement":[]}`, IssuedAt: 5}
	w.password = w.login(ecr.Login{
		Account: account, Region: home.Region, ARN: session.ARN(), UserID: session.UserID(), RoleARN: session.RoleARN, Issued: w.now.UnixMilli(), Session: &session,
	})
	var asked []string
	w.set(func() {
		w.allow = func(_ context.Context, call awsapi.Call, wants awsapi.Access) error {
			asked = append(asked, wants.Action)
			if call.Caller.Session == nil || !reflect.DeepEqual(*call.Caller.Session, session) || call.Caller.LongLived {
				t.Errorf("the caller is %+v", call.Caller)
			}
			return nil
		}
	})
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusForbidden, "with an explicit deny in a resource-based policy")
	w.set(func() { w.allow = nil })
	if !slices.Contains(asked, "ecr:BatchGetImage") {
		t.Errorf("asked %q", asked)
	}
}
