package handlers

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// resourceOf is the queue, topic or table that a request for an upstream's SQS, SNS or DynamoDB names, of the caller's account and
// Region. It is "*" for all others: what another account has may be open to the caller by policies that only the upstream has.
// Source: Service Authorization Reference, Amazon SQS, Amazon SNS, Amazon DynamoDB.
func (e *endpoint) resourceOf(r *http.Request, call *awsapi.Call) string {
	if call.Operation == "*" {
		return "*"
	}
	own := "arn:" + call.Scope().Partition() + ":" + call.Service + ":" + call.Region + ":" + call.Account + ":"
	named := ""
	switch call.Service {
	case "sqs":
		named = queueOf(e.membersOf(r, "QueueUrl", "QueueName"), r.URL.Path, own)
	case "sns":
		switch given := e.membersOf(r, "TopicArn", "Name"); {
		case given["TopicArn"] != "":
			named = given["TopicArn"]
		case call.Operation == "CreateTopic" && given["Name"] != "":
			named = own + given["Name"]
		}
	case "dynamodb":
		given := e.membersOf(r, "TableName", "IndexName")
		if named = given["TableName"]; named != "" && !arn.Is(named) {
			named = own + "table/" + named
		}
		if index := given["IndexName"]; index != "" && named != "" {
			named += "/index/" + index
		}
	}
	if !strings.HasPrefix(named, own) || len(named) == len(own) {
		return "*"
	}
	return named
}

// queueOf is the ARN of a queue by its URL, http://sqs.us-east-1.localhost:4566/111122223333/orders, by the path of such a URL to
// which a form was sent, or by its name.
func queueOf(given map[string]string, path, own string) string {
	url := given["QueueUrl"]
	switch {
	case url != "" && path != "/" && !strings.HasSuffix(url, path): // it is not clear which one counts
		return ""
	case url == "" && path != "/":
		url = path
	case url == "" && given["QueueName"] != "":
		return own + given["QueueName"]
	}
	parts := strings.Split(url, "/")
	if len(parts) < 3 || !strings.HasSuffix(own, ":"+parts[len(parts)-2]+":") {
		return ""
	}
	return own + parts[len(parts)-1]
}

// membersOf are the texts of some members of a form, or of JSON. It has none of them if one is there twice: parsers differ in which
// one counts.
func (e *endpoint) membersOf(r *http.Request, names ...string) map[string]string {
	found := map[string]string{}
	if r.Header.Get("X-Amz-Target") == "" {
		form := e.form(r)
		for _, name := range names {
			if len(form[name]) > 1 {
				return nil
			}
			found[name] = form.Get(name)
		}
		return found
	}
	if r.ContentLength <= 0 || r.ContentLength > maxForm {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), r.Body}
	if err != nil {
		return nil // the upstream will find out, too
	}
	for name, value := range jsonMembers(unpacked(r, body)) {
		for _, wanted := range names {
			if _, twice := found[name]; name == wanted && twice {
				return nil
			} else if name == wanted {
				found[name] = value
			}
		}
	}
	return found
}

// jsonMembers yields the members of an object whose values are texts, each as often as it is there, up to what is no JSON.
func jsonMembers(text []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
			return
		}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return
			}
			var value any
			if decoder.Decode(&value) != nil {
				return
			}
			key, _ := name.(string)
			if text, is := value.(string); is && !yield(key, text) {
				return
			}
		}
	}
}
