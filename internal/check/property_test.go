package check_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/check"
)

// TestTheAPIRefusesWhatIsFound makes random requests of known members, and holds what is found
// against what an emulator answers, both ways.
func TestTheAPIRefusesWhatIsFound(t *testing.T) {
	srv := emulator.Start(t, emulator.Options{Engine: "sim"})
	instance := `{"totalResources":[{"name":"CPU","type":"INTEGER","integerValue":4096},{"name":"MEMORY","type":"INTEGER","integerValue":8192}]}`
	if answer := post(t, srv.URL(), "RegisterContainerInstance", []byte(instance)); answer != "" {
		t.Fatal(answer)
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		family := fmt.Sprintf("f%d", n)
		base := bases[rapid.IntRange(0, len(bases)-1).Draw(t, "base")]
		files := map[string][]byte{
			"RegisterTaskDefinition": changed[sdk.RegisterTaskDefinitionInput](t, base.definition, family, "family"),
			"RunTask":                changed[sdk.RunTaskInput](t, strings.Replace(base.request, "{", `{"count": 1,`, 1), family, "taskDefinition"),
			"CreateService":          changed[sdk.CreateServiceInput](t, strings.Replace(base.request, "{", `{"desiredCount": 0,`, 1), family, "taskDefinition", "serviceName"),
		}
		if agree(t, srv.URL(), files, "RegisterTaskDefinition") == "" {
			agree(t, srv.URL(), files, "RunTask")
			agree(t, srv.URL(), files, "CreateService")
		}
	})
}

// bases are definitions, and what requests say that use them.
var bases = []struct{ definition, request string }{
	{
		`{"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [{"name": "a", "image": "a"}]}`,
		`{"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}`,
	},
	{`{"requiresCompatibilities": ["EC2"], "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`, `{"launchType": "EC2"}`},
}

// agree holds what is found in the input of an operation, and in the task definition that it uses,
// against the answer of the API, which it returns.
func agree(t *rapid.T, url string, files map[string][]byte, operation string) string {
	list := []check.File{{Name: "RegisterTaskDefinition", Text: files["RegisterTaskDefinition"]}}
	uses := operation != "RegisterTaskDefinition"
	if uses {
		list = append(list, check.File{Name: operation, Text: files[operation]})
	}
	var found []string
	for _, f := range (check.Options{}).Files(list) {
		if f.Effect == check.Refused && uses == (f.Operation != "RegisterTaskDefinition") {
			found = append(found, fmt.Sprintf("%+v", f))
		}
	}
	answer := post(t, url, operation, files[operation])
	if (answer != "") != (len(found) > 0) {
		t.Fatalf("%s answers %q, and found is\n%s\nof\n%s\n%s", operation, answer, strings.Join(found, "\n"), files["RegisterTaskDefinition"], files[operation])
	}
	return answer
}

// post calls an operation and returns the refusal, empty if there is none.
func post(t interface {
	Helper()
	Fatal(...any)
}, url, operation string, body []byte) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == http.StatusOK {
		return ""
	}
	return string(text)
}

// changed is an input with a few members more or other values, and a name in some of them.
func changed[T any](t *rapid.T, base, name string, named ...string) []byte {
	var input map[string]any
	if err := json.Unmarshal([]byte(base), &input); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[T]()
	for range rapid.IntRange(0, 4).Draw(t, typ.Name()) {
		change(t, input, typ)
	}
	for _, member := range named {
		input[member] = name
	}
	text, err := json.MarshalIndent(input, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// left are members that refer to what has to be there, or that decide on which launch type a
// definition is looked at.
var left = []string{"capacityProviderStrategy", "clientToken", "cluster", "launchType", "loadBalancers", "requiresCompatibilities", "role", "roleArn"}

// change gives a structure another value of one of its members.
func change(t *rapid.T, in map[string]any, typ reflect.Type) {
	members := map[string]reflect.Type{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := strings.ToLower(f.Name[:1]) + f.Name[1:]
		if f.IsExported() && f.Name != "ResultMetadata" && f.Type.Kind() != reflect.Interface && !slices.Contains(left, name) {
			members[name] = f.Type
		}
	}
	if len(members) == 0 {
		return
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(members))).Draw(t, typ.Name())
	in[name] = value(t, in[name], members[name])
}

func value(t *rapid.T, was any, typ reflect.Type) any {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return 1
	case typ.Kind() == reflect.Struct:
		in, ok := was.(map[string]any)
		if !ok {
			in = map[string]any{}
		}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			change(t, in, typ)
		}
		return in
	case typ.Kind() == reflect.Slice:
		items, _ := was.([]any)
		if n := len(items); n > 0 && rapid.Bool().Draw(t, "same item") {
			items[n-1] = value(t, items[n-1], typ.Elem())
			return items
		}
		return append(items, value(t, nil, typ.Elem()))
	case typ.Kind() == reflect.Map:
		return map[string]any{"a": "b"}
	case typ.Kind() == reflect.Bool:
		return rapid.Bool().Draw(t, "bool")
	case typ.Kind() == reflect.String:
		texts := []string{"a", "b", "", "web", "256", "512", "/a", "1-9", "arn:aws:iam::000000000000:role/a", "arn:aws:s3:::a/b"}
		if values, ok := typ.MethodByName("Values"); ok {
			texts = []string{"none of them"}
			list := values.Func.Call([]reflect.Value{reflect.Zero(typ)})[0]
			for i := range list.Len() {
				texts = append(texts, list.Index(i).String())
			}
		}
		return rapid.SampledFrom(texts).Draw(t, "text")
	}
	return rapid.SampledFrom([]int{-1, 0, 1, 2, 10, 80, 256, 512, 70000}).Draw(t, "number")
}
