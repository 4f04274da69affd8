package sts

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// AuthorizationMessage is what DecodeAuthorizationMessage tells about a refusal (AC14). Its JSON is AWS's. Source: AWS CLI
// reference, sts decode-authorization-message; field reports.
type AuthorizationMessage struct {
	Allowed      bool `json:"allowed"`
	ExplicitDeny bool `json:"explicitDeny"`
	// MatchedStatements are those that deny. Without an explicit deny there are none.
	MatchedStatements Items[MatchedStatement] `json:"matchedStatements"`
	// Failures are empty in all reports.
	Failures Items[struct{}] `json:"failures"`
	Context  MessageContext  `json:"context"`
}

// MatchedStatement is a statement of a policy.
type MatchedStatement struct {
	StatementID     string                  `json:"statementId"` // empty without a Sid
	Effect          string                  `json:"effect"`      // DENY
	Principals      Items[MessageValue]     `json:"principals"`  // the unique id of the user or role that has the policy
	PrincipalGroups Items[MessageValue]     `json:"principalGroups"`
	Actions         Items[MessageValue]     `json:"actions"`
	Resources       Items[MessageValue]     `json:"resources"`
	Conditions      Items[MessageCondition] `json:"conditions"` // without their operators
}

// MessageContext is the request.
type MessageContext struct {
	Principal MessagePrincipal `json:"principal"`
	// Action is one of another service by its full name, as iam:PassRole. Reports have EC2's own without the service, as
	// RunInstances, and one has ec2:AuthorizeSecurityGroupIngress.
	Action     string                  `json:"action"`
	Resource   string                  `json:"resource"`
	Conditions Items[MessageCondition] `json:"conditions"` // the keys that the request has
}

// MessagePrincipal is who asks: ID is AIDA… of a user, or AROA…:SESSION. Name is there of users only.
type MessagePrincipal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

// MessageCondition is a condition key with its values.
type MessageCondition struct {
	Key    string              `json:"key"`
	Values Items[MessageValue] `json:"values"`
}

// MessageValue is a text.
type MessageValue struct {
	Value string `json:"value"`
}

// MessageValues returns texts as a message has them.
func MessageValues(texts ...string) (values Items[MessageValue]) {
	for _, text := range texts {
		values = append(values, MessageValue{text})
	}
	return values
}

// Items is a list that is an object with the member items in JSON, also if it is empty.
type Items[T any] []T

type itemsObject[T any] struct {
	Items []T `json:"items"`
}

func (i Items[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(itemsObject[T]{append([]T{}, i...)})
}

func (i *Items[T]) UnmarshalJSON(text []byte) error {
	var o itemsObject[T]
	err := json.Unmarshal(text, &o)
	if len(o.Items) > 0 {
		*i = o.Items
	}
	return err
}

// ErrMessage says that a text is no message that these keys have sealed.
var ErrMessage = errors.New("this is no authorization message of this emulator")

// maxMessage is how many characters DecodeAuthorizationMessage takes. Source: STS API reference.
const maxMessage = 10_240

// SealMessage returns a message as refusals carry it: packed, and closed to all but OpenMessage, as it tells more than its
// reader may know. Each time it is another text. Where DecodeAuthorizationMessage would not take it for its length, it has no
// statements and fewer conditions of the request (a choice).
func (k *Keys) SealMessage(m AuthorizationMessage) (string, error) {
	closed, err := k.closedMessages()
	if err != nil {
		return "", err
	}
	for {
		packed, err := packMessage(m)
		if err != nil {
			return "", err
		}
		nonce := make([]byte, closed.NonceSize())
		rand.Read(nonce) //nolint:errcheck // never fails
		text := base64.RawURLEncoding.EncodeToString(closed.Seal(nonce, nonce, packed, nil))
		if len(text) <= maxMessage {
			return text, nil
		}
		if m, err = shorter(m); err != nil {
			return "", err
		}
	}
}

// shorter leaves out the statements, or else half of the conditions of the request.
func shorter(m AuthorizationMessage) (AuthorizationMessage, error) {
	switch {
	case len(m.MatchedStatements) > 0:
		m.MatchedStatements = nil
	case len(m.Context.Conditions) > 0:
		m.Context.Conditions = m.Context.Conditions[:len(m.Context.Conditions)/2]
	default:
		return m, fmt.Errorf("seal a message on %s: it is too long", m.Context.Action)
	}
	return m, nil
}

// OpenMessage returns what SealMessage has sealed. All else is an [ErrMessage], such as a text that was shortened, or that has
// line breaks. The key is the store's: no message outlasts a reset.
func (k *Keys) OpenMessage(text string) (m AuthorizationMessage, err error) {
	closed, err := k.closedMessages()
	if err != nil {
		return m, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < closed.NonceSize() || strings.ContainsAny(text, "\r\n") { // which the decoder leaves out
		return m, ErrMessage
	}
	packed, err := closed.Open(nil, sealed[:closed.NonceSize()], sealed[closed.NonceSize():], nil)
	if err != nil {
		return m, ErrMessage
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil || json.Unmarshal(plain, &m) != nil {
		return AuthorizationMessage{}, ErrMessage
	}
	return m, nil
}

func (k *Keys) closedMessages() (cipher.AEAD, error) {
	secret, err := k.secret()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derive(secret, "authorization message", nil))
	if err != nil {
		return nil, fmt.Errorf("make the key of messages: %w", err)
	}
	return cipher.NewGCM(block)
}

func packMessage(m AuthorizationMessage) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
