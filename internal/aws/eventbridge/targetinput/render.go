package targetinput

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// wholeEvent is the placeholder of the event as JSON.
const wholeEvent = "aws.events.event.json"

// transform fills in a template.
func transform(t *types.InputTransformer, event string, c Context) string {
	tpl := parseTemplate(*t.InputTemplate)
	values := map[string]string{} // by placeholder: events are large, and templates may repeat themselves
	var body strings.Builder
	for _, p := range tpl.pieces {
		if p.name == "" {
			body.WriteString(p.text)
			continue
		}
		value, known := values[p.name]
		if !known {
			value, known = valueOf(p.name, t, event, c)
		}
		if known {
			values[p.name] = value
		}
		switch {
		case !known:
			body.WriteString(p.text)
		case tpl.object:
			body.WriteString(inObject(value, p.inText))
		default:
			body.WriteString(inText(value))
		}
	}
	return body.String()
}

// valueOf is what a placeholder stands for, as JSON; empty if the event has nothing there.
func valueOf(name string, t *types.InputTransformer, event string, c Context) (value string, known bool) {
	if path, ok := t.InputPathsMap[name]; ok {
		steps, _ := parsePath(path)
		found, _ := find(json.RawMessage(event), steps)
		return string(found), true
	}
	switch name {
	case "aws.events.rule-name":
		return quote(c.RuleName), true
	case "aws.events.rule-arn":
		return quote(c.RuleARN), true
	case "aws.events.event.ingestion-time":
		return quote(c.Ingested.UTC().Format("2006-01-02T15:04:05.000Z")), true
	case wholeEvent:
		return string(compact(json.RawMessage(event))), true
	case "aws.events.event":
		return withoutDetail(event), true
	}
	return "", false
}

// withoutDetail is the placeholder aws.events.event.
func withoutDetail(event string) string {
	var e struct {
		ID         json.RawMessage `json:"id"`
		Account    json.RawMessage `json:"account"`
		DetailType json.RawMessage `json:"detail-type"`
		Time       time.Time       `json:"time"`
		Source     json.RawMessage `json:"source"`
		Region     json.RawMessage `json:"region"`
		Resources  json.RawMessage `json:"resources"`
		Version    json.RawMessage `json:"version"`
	}
	if json.Unmarshal([]byte(event), &e) != nil {
		return "" // none of EventBridge's
	}
	members := []string{}
	for _, m := range []struct {
		name  string
		value json.RawMessage
	}{
		{"id", e.ID}, {"account", e.Account}, {"detailType", e.DetailType},
		{"time", strconv.AppendInt(nil, e.Time.UnixMilli(), 10)},
		{"source", e.Source}, {"region", e.Region}, {"resources", e.Resources}, {"version", e.Version},
	} {
		if m.value != nil {
			members = append(members, quote(m.name)+":"+string(compact(m.value)))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// inObject writes a value into a template that is an object. Within quotes, texts stay texts; objects and arrays
// stand there as they are, so that the whole is no JSON. That nothing stands there for a missing value is a choice.
func inObject(value string, quoted bool) string {
	switch {
	case value == "" && quoted:
		return ""
	case value == "":
		return `""`
	case quoted && value[0] == '"':
		return value[1 : len(value)-1]
	}
	return value
}

// inText writes a value into any other template: a text as it is, the rest without its quotes.
func inText(value string) string {
	var text string
	if strings.HasPrefix(value, `"`) && json.Unmarshal([]byte(value), &text) == nil {
		return text
	}
	return strings.ReplaceAll(value, `"`, "")
}

// quote writes a name or an ARN, which have no character to escape.
func quote(text string) string { return `"` + text + `"` }
