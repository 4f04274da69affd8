package apiclient

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// form is the body of a request of AWS Query, by the input as JSON: the members of structures are
// joined by dots, and those of lists are numbered from 1 on.
// Source: Smithy documentation, AWS query protocol, serialization of inputs.
func form(op Operation, input []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		return nil, fmt.Errorf("encode the input of %s: %w", op.Name, err)
	}
	values := url.Values{"Action": {op.Name}, "Version": {op.Version}}
	for name, member := range members {
		flatten(values, name, member)
	}
	return []byte(values.Encode()), nil
}

func flatten(values url.Values, name string, member any) {
	switch v := member.(type) {
	case nil:
	case map[string]any:
		for inner, member := range v {
			flatten(values, name+"."+inner, member)
		}
	case []any:
		for i, member := range v {
			flatten(values, name+".member."+strconv.Itoa(i+1), member)
		}
	default:
		values.Set(name, fmt.Sprint(v))
	}
}

// queryRefusal reads code and message of an error of AWS Query.
func queryRefusal(body []byte) (code, message string) {
	var refusal struct {
		Error struct{ Code, Message string }
	}
	_ = xml.Unmarshal(body, &refusal)
	return refusal.Error.Code, refusal.Error.Message
}

// ec2Refusal reads code and message of an error of EC2's dialect.
func ec2Refusal(body []byte) (code, message string) {
	var refusal struct {
		Errors struct {
			Error struct{ Code, Message string }
		}
	}
	_ = xml.Unmarshal(body, &refusal)
	return refusal.Errors.Error.Code, refusal.Errors.Error.Message
}

// errNoOutput is what callers get that ask for the output of an operation of AWS Query whose form is made of JSON.
var errNoOutput = errors.New("outputs of AWS Query are not read")
