package cloudwatch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// mostWidgets bounds a dashboard. Source: CloudWatch user guide, quotas.
const mostWidgets = 500

// dashboardBody is a body as it is kept, or what is wrong with its frame. What is in widgets is not looked at. Source: recorded
// answers; of the number of widgets the words are the emulator's.
func dashboardBody(body *string) (string, error) {
	if aws.ToString(body) == "" {
		return "", invalidValue("The parameter DashboardBody is required.\n")
	}
	kept, err := compactJSON(*body)
	if err != nil || kept[0] != '{' {
		return "", badDashboard("The field DashboardBody must be a valid JSON object")
	}
	var frame map[string]json.RawMessage
	if err := json.Unmarshal([]byte(kept), &frame); err != nil {
		return "", badDashboard("The field DashboardBody must be a valid JSON object")
	}
	path, message := wrongWidgets(frame)
	if message == "" {
		return kept, nil
	}
	errors, _ := json.MarshalIndent([]struct {
		Path    string `json:"dataPath"`
		Message string `json:"message"`
	}{{path, message}}, "", "  ")
	return "", badDashboard("The dashboard body is invalid, there are 1 validation errors:\n" + string(errors))
}

func badDashboard(message string) error {
	return &awsapi.Error{Code: "InvalidParameterInput", Shape: "DashboardInvalidInputError", Message: message}
}

// wrongWidgets is where the frame of a dashboard is wrong, and why.
func wrongWidgets(frame map[string]json.RawMessage) (path, message string) {
	const missing = "Should have required property '%s'"
	var widgets []json.RawMessage
	switch text, found := frame["widgets"]; {
	case !found:
		return "", fmt.Sprintf(missing, "widgets")
	case text[0] != '[' || json.Unmarshal(text, &widgets) != nil:
		return "/widgets", "Should be array"
	case len(widgets) > mostWidgets:
		return "/widgets", fmt.Sprintf("Should NOT have more than %d items", mostWidgets)
	}
	for i, text := range widgets {
		at := fmt.Sprintf("/widgets/%d", i)
		var widget map[string]json.RawMessage
		if text[0] != '{' || json.Unmarshal(text, &widget) != nil {
			return at, "Should be object"
		}
		for _, member := range []string{"type", "properties"} {
			if _, found := widget[member]; !found {
				return at, fmt.Sprintf(missing, member)
			}
		}
	}
	return "", ""
}

// compactJSON is JSON without blanks, and with characters in the place of their escapes. Members keep their order.
func compactJSON(text string) (string, error) {
	read := json.NewDecoder(bytes.NewReader([]byte(text)))
	read.UseNumber()
	w := &compactWriter{}
	for {
		token, err := read.Token()
		if err == io.EOF && len(w.open) == 0 && w.to.Len() > 0 {
			return w.to.String(), nil
		}
		if err != nil {
			return "", err
		}
		if len(w.open) == 0 && w.to.Len() > 0 {
			return "", fmt.Errorf("more than one value")
		}
		if err := w.write(token); err != nil {
			return "", err
		}
	}
}

// compactWriter writes tokens of JSON.
type compactWriter struct {
	to   bytes.Buffer
	open []container
}

// container is an object or an array that has not ended, and how many tokens it has.
type container struct {
	object bool
	tokens int
}

func (w *compactWriter) write(token json.Token) error {
	if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
		w.open = w.open[:len(w.open)-1]
		w.to.WriteByte(byte(d))
		return nil
	}
	if n := len(w.open); n > 0 {
		switch last := &w.open[n-1]; {
		case last.object && last.tokens%2 == 1:
			w.to.WriteByte(':')
		case last.tokens > 0:
			w.to.WriteByte(',')
		}
		w.open[n-1].tokens++
	}
	if d, ok := token.(json.Delim); ok {
		w.open = append(w.open, container{object: d == '{'})
		w.to.WriteByte(byte(d))
		return nil
	}
	encode := json.NewEncoder(&w.to)
	encode.SetEscapeHTML(false)
	err := encode.Encode(token)
	w.to.Truncate(w.to.Len() - 1) // the end of the line
	return err
}
