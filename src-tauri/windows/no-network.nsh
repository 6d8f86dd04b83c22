; The installer forbids Cabinet's program every connection outwards and inwards, by two rules of the system's firewall that
; go with it when it is removed. They reach that program alone: WebView2's processes are another program's, and confining
; those takes an AppContainer, which is the next step of the plan. Not yet tried on Windows: see PRIVACY.md.

!macro NSIS_HOOK_POSTINSTALL
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="Cabinet: nothing out" dir=out action=block enable=yes program="$INSTDIR\${MAINBINARYNAME}.exe"'
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="Cabinet: nothing in" dir=in action=block enable=yes program="$INSTDIR\${MAINBINARYNAME}.exe"'
!macroend

!macro NSIS_HOOK_POSTUNINSTALL
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="Cabinet: nothing out"'
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="Cabinet: nothing in"'
!macroend
