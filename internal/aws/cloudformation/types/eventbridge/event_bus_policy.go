package eventbridge

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
)

// busPolicy is a statement of the policy of a bus, which BUS|STATEMENT identifies, as in AWS's schema.
func busPolicy() *handler.Type {
	return &handler.Type{
		Name:     "AWS::Events::EventBusPolicy",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			statements, err := statementsOf(t)
			if err != nil || statements[t.Text("StatementId")] == nil {
				return nil, err
			}
			return []handler.Found{{ID: statementID(t)}}, nil
		},
		Create: func(t *handler.Turn) error {
			if len(t.Known) > 0 { // PutPermission would replace it
				return handler.Failed(handler.AlreadyExists, "Resource of type '%s' with identifier '%s' already exists.", t.Type, statementID(t))
			}
			if err := putStatement(t); err != nil {
				return err
			}
			t.ID = statementID(t)
			return nil
		},
		// A whole policy that another resource has put at the same time may lack the statement.
		Read: func(t *handler.Turn) (bool, error) {
			statements, err := statementsOf(t)
			if err != nil || statements[t.Text("StatementId")] != nil {
				return err == nil, err
			}
			return false, putStatement(t)
		},
		Update: putStatement,
		Delete: func(t *handler.Turn) error {
			on, id := statementBus(t), aws.String(t.Text("StatementId"))
			return t.Call(operation("RemovePermission"), &sdk.RemovePermissionInput{EventBusName: &on, StatementId: id}, nil)
		},
	}
}

func statementBus(t *handler.Turn) string {
	if on := busName(t); on != "" {
		return on
	}
	return "default"
}

func statementID(t *handler.Turn) string { return statementBus(t) + "|" + t.Text("StatementId") }

// statementsOf are the statements of the bus, by their ids.
func statementsOf(t *handler.Turn) (map[string]json.RawMessage, error) {
	var out sdk.DescribeEventBusOutput
	if err := t.Call(operation("DescribeEventBus"), &sdk.DescribeEventBusInput{Name: aws.String(statementBus(t))}, &out); err != nil {
		return nil, err
	}
	policy, err := readPolicy(aws.ToString(out.Policy))
	if err != nil {
		return nil, err
	}
	byID := map[string]json.RawMessage{}
	for _, s := range policy.Statement {
		byID[sidOf(s)] = s
	}
	return byID, nil
}

type policy struct {
	Version   string
	Statement []json.RawMessage
}

func readPolicy(text string) (p policy, err error) {
	p.Version = "2012-10-17"
	if text != "" {
		err = json.Unmarshal([]byte(text), &p)
	}
	return p, err
}

func sidOf(statement json.RawMessage) string {
	var s struct{ Sid string }
	_ = json.Unmarshal(statement, &s) // a statement without an id has an empty one
	return s.Sid
}

// putStatement puts the statement that the property Statement has, or that Action, Principal and Condition say.
func putStatement(t *handler.Turn) error {
	given := jsonOf(t.Properties.Get("Statement"))
	if given == "" {
		in := sdk.PutPermissionInput{}
		if err := t.Fill(&in); err != nil {
			return err
		}
		in.EventBusName = aws.String(statementBus(t))
		return t.Call(operation("PutPermission"), &in, nil)
	}
	var out sdk.DescribeEventBusOutput
	on := statementBus(t)
	if err := t.Call(operation("DescribeEventBus"), &sdk.DescribeEventBusInput{Name: &on}, &out); err != nil {
		return err
	}
	text, err := withStatement(aws.ToString(out.Policy), t.Text("StatementId"), given)
	if err != nil {
		return handler.Failed(handler.InvalidRequest, "Model validation failed: property Statement is not a statement")
	}
	return t.Call(operation("PutPermission"), &sdk.PutPermissionInput{EventBusName: &on, Policy: &text}, nil)
}

// withStatement is a policy with a statement in the place of the one with its id, or behind all others.
func withStatement(text, id, given string) (string, error) {
	p, err := readPolicy(text)
	if err != nil {
		return "", err
	}
	var statement map[string]json.RawMessage
	if err := json.Unmarshal([]byte(given), &statement); err != nil {
		return "", err
	}
	sid, err := json.Marshal(id)
	if err != nil {
		return "", err
	}
	statement["Sid"] = sid
	made, err := json.Marshal(statement)
	if err != nil {
		return "", err
	}
	replaced := false
	for i, s := range p.Statement {
		if sidOf(s) == id {
			p.Statement[i], replaced = made, true
		}
	}
	if !replaced {
		p.Statement = append(p.Statement, made)
	}
	whole, err := json.Marshal(p)
	return string(whole), err
}
