package awsapi_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

type herd struct {
	House *string
	Names []string
	Keys  []string
	Tags  []struct{ Key, Value *string }
	Food  struct{ Kinds []string }
}

// zooRows are rows of each kind.
var zooRows = awsapi.Rows{
	"See":   awsapi.On("house/{House|main}"),
	"Feed":  awsapi.On("animal/{House|main}/{Names}").Key("ecs:cluster", "house/{House|main}").Keys("ecs:subnet", "{Food.Kinds}"),
	"Untag": awsapi.On("animal/{House|main}/{Names}").Tags("Keys"),
	"Breed": awsapi.On("animal/{House|main}/{Names}").Tags("Tags").
		Also("zoo:Tag", "zoo:Count on house/{House|main}/*").If(func(call awsapi.Call) bool { return call.Region != "eu-west-1" }),
	"Sell": awsapi.With(awsapi.On("*").Key("ecs:cluster", "house/{House}"), func(_ awsapi.Call, in *herd, wants []awsapi.Access) []awsapi.Access {
		if len(in.Names) > 0 {
			wants[0].Keys["ecs:privileged"] = policy.Is("true")
		}
		return append(wants, awsapi.Access{Action: "zoo:Count", Resource: "*"})
	}),
	"Buy": awsapi.On("*"),
}

func rowsOfZoo(authorize awsapi.Authorizer) http.Handler {
	answer := func(_ context.Context, in *herd) (*herd, error) { return in, nil }
	s := awsapi.Service{Name: "zoo", ID: "Zoo", Protocol: awsapi.JSON{TargetPrefix: "Zoo"}, Access: zooRows, Operations: []awsapi.Operation{
		awsapi.Works("See", "", answer), awsapi.Works("Feed", "", answer), awsapi.Works("Untag", "", answer), awsapi.Works("Breed", "", answer),
		awsapi.Works("Sell", "", answer), awsapi.NotBuiltWith[herd]("Buy", "money"),
	}}
	return s.Handler(awsapi.Options{Authorize: authorize})
}

func zooCall(operation, region, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=111122223333/20260504/"+region+"/zoo/aws4_request, SignedHeaders=host, Signature=x")
	r.Header.Set("X-Amz-Target", "Zoo."+operation)
	return r
}

func TestRowsAskWhatTheirTemplatesMakeOfARequest(t *testing.T) {
	const ours, others = "arn:aws:zoo:us-east-1:111122223333:", "arn:aws:zoo:us-east-1:444455556666:"
	for _, c := range []struct {
		operation, body string
		want            []string
	}{
		{"See", `{}`, []string{"zoo:See house/main"}},
		{"See", `{"house":""}`, []string{"zoo:See house/main"}},
		{"See", `{"house":"` + others + `house/east"}`, []string{"zoo:See " + others + "house/east"}},
		{"Feed", `{"names":["leo","kim"],"food":{"kinds":["hay"]}}`, []string{
			"zoo:Feed animal/main/leo ecs:cluster=house/main ecs:subnet=[hay]", "zoo:Feed animal/main/kim ecs:cluster=house/main ecs:subnet=[hay]",
		}},
		{"Feed", `{"house":"east"}`, []string{"zoo:Feed * ecs:cluster=house/east"}},
		// A whole ARN is the resource; a shorter one is in the house of the request, and a house's may be of another account.
		{"Feed", `{"house":"east","names":["` + ours + `animal/west/leo","` + ours + `animal/kim"]}`, []string{
			"zoo:Feed animal/west/leo ecs:cluster=house/east", "zoo:Feed animal/east/kim ecs:cluster=house/east",
		}},
		{"Feed", `{"house":"` + others + `house/east","names":["leo"]}`, []string{
			"zoo:Feed " + others + "animal/east/leo ecs:cluster=" + others + "house/east",
		}},
		{"Feed", `{"house":"arn:","names":["leo"]}`, []string{"zoo:Feed arn: ecs:cluster=arn:"}},
		{"Untag", `{"names":["leo"],"keys":["b","a"]}`, []string{"zoo:Untag animal/main/leo aws:tagkeys=[b a]"}},
		{"Breed", `{"names":["leo"]}`, []string{"zoo:Breed animal/main/leo"}},
		{"Breed", `{"names":["leo"],"tags":[{"key":"Sex","value":"m"}]}`, []string{
			"zoo:Breed animal/main/leo aws:requesttag/sex=m aws:tagkeys=[Sex]", "zoo:Tag animal/main/leo aws:requesttag/sex=m aws:tagkeys=[Sex]",
			"zoo:Count house/main/* aws:requesttag/sex=m aws:tagkeys=[Sex]",
		}},
		{"Sell", `{"names":["leo"]}`, []string{"zoo:Sell * ecs:privileged=true", "zoo:Count *"}},
		{"Buy", `{}`, []string{"zoo:Buy *"}},
	} {
		var asked []string
		h := rowsOfZoo(apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
			asked = append(asked, strings.ReplaceAll(accessText(w), ours, ""))
			return nil
		}))
		h.ServeHTTP(httptest.NewRecorder(), zooCall(c.operation, "us-east-1", c.body))
		if !slices.Equal(asked, c.want) {
			t.Errorf("%s %s asks\n%s\nwant\n%s", c.operation, c.body, strings.Join(asked, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func accessText(w awsapi.Access) string {
	text := w.Action + " " + w.Resource
	for _, name := range slices.Sorted(maps.Keys(w.Keys)) {
		v := w.Keys[name]
		if v.Many {
			text += fmt.Sprint(" ", name, "=", v.Texts)
		} else {
			text += " " + name + "=" + v.Texts[0]
		}
	}
	return text
}

// Where the condition of a row does not hold, tags alone are asked for nothing more.
func TestARowAsksForTagsWhereItsConditionHolds(t *testing.T) {
	var actions []string
	h := rowsOfZoo(apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		actions = append(actions, w.Action)
		return nil
	}))
	h.ServeHTTP(httptest.NewRecorder(), zooCall("Breed", "eu-west-1", `{"names":["leo"],"tags":[{"key":"a","value":"b"}]}`))
	if want := []string{"zoo:Breed"}; !slices.Equal(actions, want) {
		t.Errorf("asked %v, want %v", actions, want)
	}
}

// What is not built is refused by name to those who may do it; without authorization the request is not even read.
func TestWhatIsNotBuiltIsAskedForFirst(t *testing.T) {
	denied := func(context.Context, *awsapi.Call, []awsapi.Access) error {
		return &awsapi.Denied{Principal: "p", Action: "zoo:Buy", Resource: "*"}
	}
	allowed := func(context.Context, *awsapi.Call, []awsapi.Access) error { return nil }
	for _, c := range []struct {
		what, body string
		authorize  awsapi.Authorizer
		status     int
		answer     string
	}{
		{"denied", `{}`, denied, 400, "AccessDeniedException"},
		{"allowed", `{}`, allowed, 501, "Buy yet"},
		{"off", `{`, nil, 501, "Buy yet"},
		{"malformed", `{`, denied, 400, "SerializationException"},
	} {
		w := httptest.NewRecorder()
		rowsOfZoo(c.authorize).ServeHTTP(w, zooCall("Buy", "us-east-1", c.body))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.answer) {
			t.Errorf("%s: %d %s, want %d with %s", c.what, w.Code, w.Body, c.status, c.answer)
		}
	}
}
