package apiclient

import (
	"net/url"
	"testing"
)

func TestInputsOfAWSQueryAreForms(t *testing.T) {
	got, err := form(Operation{Name: "CreateRole", Version: "2010-05-08"}, []byte(
		`{"RoleName": "a b", "MaxSessionDuration": 3600, "Path": null, "Tags": [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": ""}], "Of": {"It": true}}`))
	want := url.Values{
		"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {"a b"}, "MaxSessionDuration": {"3600"}, "Of.It": {"true"},
		"Tags.member.1.Key": {"k"}, "Tags.member.1.Value": {"v"}, "Tags.member.2.Key": {"l"}, "Tags.member.2.Value": {""},
	}
	if err != nil || string(got) != want.Encode() {
		t.Errorf("got %s, %v; want %s", got, err, want.Encode())
	}
	if code, message := queryRefusal([]byte(`<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error></ErrorResponse>`)); code != "NoSuchEntity" || message != "gone" {
		t.Errorf("a refusal is %q %q", code, message)
	}
}
