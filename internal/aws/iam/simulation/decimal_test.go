package simulation

import "testing"

// 01.00 and 1e9999 were recorded (simulation_inputs.json); the others are by the documentation of Java's BigDecimal.
func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"01.00": "1.00", "1e9999": "1E+9999", "1": "1", "+1": "1", "-1.50": "-1.50", "1.": "1", ".5": "0.5", "1e2": "1E+2", "12e2": "1.2E+3", "0.000001": "0.000001",
		"0.0000001": "1E-7", "123e-9": "1.23E-7", "00": "0", "-0": "0", "0.00": "0.00", "1e-2": "0.01",
	} {
		if got, ok := decimal(text); !ok || got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", ".", "0x10", " 1 ", "NaN", "Infinity", "1e", "1e99999999999"} {
		if got, ok := decimal(text); ok {
			t.Errorf("%q is %q", text, got)
		}
	}
}
