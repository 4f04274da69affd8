package sts_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
)

// refusedLaunch is in the form of the example of the AWS CLI reference.
var refusedLaunch = session.AuthorizationMessage{
	ExplicitDeny: true,
	MatchedStatements: session.Items[session.MatchedStatement]{{
		StatementID: "NoLaunch", Effect: "DENY", Principals: session.MessageValues("AROAEXAMPLE"),
		Actions: session.MessageValues("ec2:RunInstances"), Resources: session.MessageValues("*"),
		Conditions: session.Items[session.MessageCondition]{{Key: "ec2:InstanceType", Values: session.MessageValues("t3.micro", "t3.small")}},
	}},
	Context: session.MessageContext{
		Principal: session.MessagePrincipal{ID: "AROAEXAMPLE:ana", ARN: "arn:aws:sts::123456789012:assumed-role/developer/ana"},
		Action:    "RunInstances", Resource: "arn:aws:ec2:eu-west-1:123456789012:instance/*",
		Conditions: session.Items[session.MessageCondition]{{Key: "aws:Region", Values: session.MessageValues("eu-west-1")}},
	},
}

const launchText = `{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"NoLaunch","effect":"DENY",` +
	`"principals":{"items":[{"value":"AROAEXAMPLE"}]},"principalGroups":{"items":[]},"actions":{"items":[{"value":"ec2:RunInstances"}]},` +
	`"resources":{"items":[{"value":"*"}]},"conditions":{"items":[{"key":"ec2:InstanceType","values":{"items":[{"value":"t3.micro"},{"value":"t3.small"}]}}]}}]},` +
	`"failures":{"items":[]},"context":{"principal":{"id":"AROAEXAMPLE:ana","arn":"arn:aws:sts::123456789012:assumed-role/developer/ana"},` +
	`"action":"RunInstances","resource":"arn:aws:ec2:eu-west-1:123456789012:instance/*",` +
	`"conditions":{"items":[{"key":"aws:Region","values":{"items":[{"value":"eu-west-1"}]}}]}}}`

func seal(t *testing.T, k *session.Keys, m session.AuthorizationMessage) string {
	t.Helper()
	text, err := k.SealMessage(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAuthorizationMessagesHaveTheJSONOfAWS(t *testing.T) {
	for want, m := range map[string]session.AuthorizationMessage{
		launchText: refusedLaunch,
		`{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDAEXAMPLE","name":"dev",` +
			`"arn":"arn:aws:iam::123456789012:user/dev"},"action":"iam:PassRole","resource":"arn:aws:iam::123456789012:role/app","conditions":{"items":[]}}}`: {
			Context: session.MessageContext{
				Principal: session.MessagePrincipal{ID: "AIDAEXAMPLE", Name: "dev", ARN: "arn:aws:iam::123456789012:user/dev"},
				Action:    "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/app",
			},
		},
	} {
		text, err := json.Marshal(m)
		if err != nil || string(text) != want {
			t.Errorf("%v\n%s\n%s", err, text, want)
		}
	}
}

func TestSealedMessagesAreOpenedHereAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s, keys := open(t, path)
	text := seal(t, keys, refusedLaunch)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(text) || strings.Contains(text, "RunInstances") {
		t.Errorf("the text is %s", text)
	}
	if seal(t, keys, refusedLaunch) == text {
		t.Error("two refusals carry the same text")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, restarted := open(t, path)
	m, err := restarted.OpenMessage(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(refusedLaunch, m); diff != "" {
		t.Error(diff)
	}
	_, other := open(t, "")
	if _, err := other.OpenMessage(text); !errors.Is(err, session.ErrMessage) {
		t.Errorf("keys of another store open it: %v", err)
	}
	for i := range len(text) {
		for _, changed := range []string{text[:i], text[:i] + string("AB"[text[i]&1]) + text[i+1:], text[:i] + "\n" + text[i:], text + text[:i] + "="} {
			if changed == text {
				continue
			}
			if _, err := restarted.OpenMessage(changed); !errors.Is(err, session.ErrMessage) {
				t.Fatalf("%q is opened: %v", changed, err)
			}
		}
	}
}

// A message with more than fits tells less, but is one that can be decoded.
func TestLongMessagesAreShortened(t *testing.T) {
	_, keys := open(t, "")
	random := rand.New(rand.NewPCG(1, 2))
	long := refusedLaunch
	for i := range 300 {
		value := fmt.Sprintf("%016x%016x%016x", random.Uint64(), random.Uint64(), random.Uint64())
		long.Context.Conditions = append(long.Context.Conditions, session.MessageCondition{Key: fmt.Sprint("aws:RequestTag/", i), Values: session.MessageValues(value)})
	}
	text := seal(t, keys, long)
	m, err := keys.OpenMessage(text)
	if err != nil {
		t.Fatal(err)
	}
	has := m.Context.Conditions
	if len(text) > 10_240 || len(has) == 0 || len(has) >= len(long.Context.Conditions) || !cmp.Equal(has, long.Context.Conditions[:len(has)]) ||
		m.Context.Resource != long.Context.Resource || !m.ExplicitDeny {
		t.Errorf("%d characters with %d conditions, explicit %v, on %s", len(text), len(has), m.ExplicitDeny, m.Context.Resource)
	}
	var nothing strings.Builder
	for range 2000 {
		fmt.Fprintf(&nothing, "%x", random.Uint64())
	}
	if _, err := keys.SealMessage(session.AuthorizationMessage{Context: session.MessageContext{Resource: nothing.String()}}); err == nil {
		t.Error("a resource that has no room is sealed")
	}
}
