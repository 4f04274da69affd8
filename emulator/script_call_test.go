package emulator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

// scriptCall posts a request as it stands on the wire, for what the CLI would drop from
// an answer or never send. What is refused shows on stderr. An operation of another service than ECS has its target prefix
// before it: CodeDeploy_20141006.GetDeployment.
func scriptCall(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] call <operation> <JSON or file.json>...")
	}
	r := recording(ts)
	r.begin(&factledger.Step{Wire: true, Refused: neg})
	status, answer, err := postECS(ts.Getenv("URL"), args[0], scriptBody(ts, args[1:]))
	ts.Check(err)
	out := ts.Stdout()
	if status != http.StatusOK {
		out = ts.Stderr()
		r.end("", answer+"\n")
	} else {
		r.end(answer+"\n", "")
	}
	fmt.Fprintln(out, answer)
	if want := map[bool]int{false: http.StatusOK, true: http.StatusBadRequest}[neg]; status != want {
		ts.Fatalf("%s answered %d: %s", args[0], status, answer)
	}
}

// variable is one of the script in a file, as "$GROUP".
var variable = regexp.MustCompile(`\$[A-Z][A-Z0-9_]*`)

// scriptBody joins JSON objects: a member of a later one replaces that of an earlier one,
// or with null removes it. Files may name variables.
func scriptBody(ts *testscript.TestScript, parts []string) string {
	body := map[string]json.RawMessage{}
	for _, part := range parts {
		if strings.HasSuffix(part, ".json") {
			part = variable.ReplaceAllStringFunc(ts.ReadFile(part), func(name string) string { return cmp.Or(ts.Getenv(name[1:]), name) })
		}
		var members map[string]json.RawMessage
		ts.Check(json.Unmarshal([]byte(part), &members))
		maps.Copy(body, members)
	}
	maps.DeleteFunc(body, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	text, err := json.Marshal(body)
	ts.Check(err)
	return string(text)
}

func postECS(url, operation, body string) (status int, answer string, err error) {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Close = true // a POST is not repeated if the connection that it finds is being closed
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if !strings.Contains(operation, ".") {
		operation = "AmazonEC2ContainerServiceV20141113." + operation
	}
	r.Header.Set("X-Amz-Target", operation)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}
